// Hostile operations, by every transport: refused by name, nothing asked of a subgraph, and a normal query beside them served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { ATTACKS } from './operations.ts';
import { TOO_LARGE, TRANSPORTS, type Transport } from './transports.ts';

let attacked: AttackedGraph;
let token = '';
beforeAll(async () => {
  attacked = await startAttackedGraph({ introspection: 'staff' });
  token = await attacked.authorization();
});
afterAll(() => attacked.stop());

const POST = TRANSPORTS.find(({ name }) => name === 'POST')!;
const NORMAL = 'query Normal { product(id: "p1") { name } }';
/** What may fit into no header, or no frame, is refused before anybody looks into it. */
const MOST_CHARACTERS: Readonly<Record<string, number>> = { GET: 4_000, WebSocket: 60_000 };

/** The work of this thread, in which the client and the subgraphs run too; what is slow once is a machine's doing, or that of code not yet compiled. */
const REFUSAL_MS = 20;
const MOST_RUNS = 5;
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

describe.each(TRANSPORTS.map((transport) => [transport.name, transport] as const))('by %s', (name, transport) => {
  test.each(ATTACKS.map((attack) => [attack.ids, attack.name, attack] as const))('%s: %s', async (_ids, _name, attack) => {
    const document = attack.document(transport.entry);
    const before = attacked.asked();
    const [told, normal] = await Promise.all([
      transport.ask(attacked.url, token, document, attack.variables),
      POST.ask(attacked.url, token, NORMAL),
    ]);
    expect(told.hasData).toBe(false);
    const expected = document.length > (MOST_CHARACTERS[name] ?? Infinity) ? [attack.refusedBy, TOO_LARGE] : [attack.refusedBy];
    expect(expected).toEqual(expect.arrayContaining(told.reasons.slice(0, 1)));
    expect(told.reasons).not.toEqual([]);
    expect(normal.text).toBe('{"data":{"product":{"name":"Lamp"}}}');
    expect(attacked.asked()).toBe(before + 1);
  });

  test('none of them holds the event loop for more than its time', { timeout: 120_000 }, async () => {
    const costs: [string, number][] = [];
    for (const attack of ATTACKS) {
      const document = attack.document(transport.entry);
      const runs: number[] = [];
      while (runs.length < MOST_RUNS && Math.min(...runs) > REFUSAL_MS) runs.push(await cpuMs(() => transport.ask(attacked.url, token, document, attack.variables)));
      costs.push([attack.name, Math.min(...runs)]);
    }
    expect(costs.filter(([, ms]) => ms > REFUSAL_MS)).toEqual([]);
  });

  test('what is within the limits is served', async () => {
    const { operation, products } = transport.entry;
    expect(await transport.ask(attacked.url, token, `${operation} { ${products(1)} { id maker { name country { name } } } }`)).toMatchObject({
      reasons: [],
      hasData: true,
    });
  });
});

describe('S17 G9: a second door has the same lock', () => {
  const carried: Readonly<Record<string, readonly string[]>> = { GET: ['query'], POST: ['query', 'mutation'], WebSocket: ['subscription'], SSE: ['subscription'] };
  const documents = { query: '{ __typename }', mutation: 'mutation { add(name: "x") }', subscription: 'subscription { changes(first: 1) { id } }' };
  test.each(TRANSPORTS.flatMap((transport) => Object.entries(documents).map(([kind, document]) => [transport.name, kind, transport, document] as const)))(
    '%s carries a %s or refuses it',
    async (name, kind, transport, document) => {
      const told = await transport.ask(attacked.url, token, document);
      expect([told.hasData, told.reasons]).toEqual(carried[name]!.includes(kind) ? [true, []] : [false, ['BAD_USER_INPUT']]);
    },
  );

  test.each(TRANSPORTS.map((transport): [string, Transport] => [transport.name, transport]))('%s believes no bad token', async (_, transport) => {
    const told = await transport.ask(attacked.url, 'Bearer a.b.c', '{ __typename }').catch((error: Error) => error);
    expect(told).toMatchObject({ hasData: false, reasons: [expect.stringMatching(/^(UNAUTHENTICATED|4403)$/)] });
  });
});

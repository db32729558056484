// What was acknowledged survives, and what was not may be asked again: replies that are lost after the commit.
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDomain } from '@stromgraph/energy/runtime';
import { startServer } from '@stromgraph/energy/server';
import { type Gateway, startGateway } from '@stromgraph/gateway/server';
import { startIssuer } from '@stromgraph/gateway/toys/issuer';
import { SECRET } from '@stromgraph/gateway/toys/toy';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { TEST_KEYS, type TestDatabase, testDatabase } from './database.ts';

const COMMANDS = process.env['STROMGRAPH_LONG'] === '1' ? 1_000 : 24;
const NOWHERE = 'http://127.0.0.1:9/graphql';
const AREA = idOf('grid-area', '11YSTROM-OST---O');

let database: TestDatabase;
let gateway: Gateway;
let token: () => Promise<string>;
let proxy: Server;
/** How often each command reached the subgraph. */
const reached = new Map<string, number>();
const stopping: (() => unknown)[] = [];

/** Ways in which an answer is lost between a subgraph that has committed and the gateway. */
const losses: ((response: ServerResponse, text: string) => unknown)[] = [
  (response) => response.socket!.destroy(),
  (response) => response.socket!.resetAndDestroy(),
  (response, text) => response.writeHead(200, { 'content-length': text.length }).flushHeaders() ?? response.socket!.destroySoon(),
  (response, text) => response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, text.length / 2), () => response.socket!.destroy()),
];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-24T09:00:00Z');
  await database.owner.query(`INSERT INTO energy.grid_area (id, code, name, balancing_area_code) VALUES ($1, '11YSTROM-OST---O', 'Ost', '11YSTROM-OST---O')`, [AREA]);
  const connections = { demo: { energy: { staff: await database.urlOf('energy'), own: await database.urlOf('energy', 'own') } } };
  const runtime = openDomain({ STROMGRAPH_CONNECTIONS: JSON.stringify(connections), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: SECRET });
  const energy = await startServer(runtime);
  const issuer = await startIssuer();
  token = () => issuer.sign({ scope: 'energy:read energy:write' });
  proxy = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const key = /"idempotencyKey":"([^"]+)"/.exec(body.toString())![1]!;
    const times = (reached.get(key) ?? 0) + 1;
    reached.set(key, times);
    const answer = await fetch(energy.url, { method: 'POST', headers: request.headers as Record<string, string>, body });
    const text = await answer.text();
    if (times === 1) losses[reached.size % losses.length]!(response, text);
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const supergraphSdl = readFileSync(join(import.meta.dirname, '..', 'schema', 'supergraph.graphql'), 'utf8');
  const others = ['billing', 'contracts', 'customers', 'identity', 'market', 'messaging', 'metering', 'operations', 'pricing'];
  gateway = await startGateway({
    supergraphSdl,
    secret: SECRET,
    tokens: issuer.rule,
    subgraphs: { ...Object.fromEntries(others.map((name) => [name, NOWHERE])), energy: `http://127.0.0.1:${(proxy.address() as { port: number }).port}/graphql` },
    subgraphLimits: { breaker: { calls: 20, failures: 21, probeEveryMs: 1_000 } }, // every other answer is lost
    log: makeLog('gateway', 'silent'),
  });
  stopping.push(() => gateway.stop(), () => proxy.close(), () => issuer.stop(), () => energy.stop(), () => runtime.close(), () => database.drop());
});
afterAll(async () => {
  for (const stop of stopping) await stop();
});

const RECORD = 'mutation ($input: RecordTradeInput!) { recordTrade(input: $input) { __typename ... on RecordTradeSuccess { replayed trade { id wattHours } } } }';

async function record(idempotencyKey: string, kilowatts: number) {
  const input = { idempotencyKey, gridAreaId: AREA, side: 'BUY', from: '2026-11-26T10:00:00Z', until: '2026-11-26T11:00:00Z', kilowatts, pricePerMwh: '90', counterparty: 'EEX' };
  const response = await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` }, body: JSON.stringify({ query: RECORD, variables: { input } }) });
  return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] };
}
const trades = async () => (await database.owner.query('SELECT id FROM energy.trade ORDER BY id')).rows.map(({ id }) => id as string);

test(`${COMMANDS} commands whose answers are lost: each has its one effect, and says so when it is asked again`, async () => {
  const commands = Array.from({ length: COMMANDS }, (_, n) => ({ key: newId(), kilowatts: n + 1 }));
  const recorded: string[] = [];
  for (const { key, kilowatts } of commands) {
    expect(await record(key, kilowatts)).toMatchObject({ data: { recordTrade: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    expect(reached.get(key)).toBe(1); // a mutation is never sent again by the gateway
    const again = await record(key, kilowatts);
    expect(again.data.recordTrade).toMatchObject({ __typename: 'RecordTradeSuccess', replayed: true, trade: { wattHours: kilowatts * 1_000 } });
    expect(await record(key, kilowatts)).toEqual(again);
    recorded.push(again.data.recordTrade.trade.id);
  }
  expect(await trades()).toEqual(recorded.toSorted((a, b) => (a < b ? -1 : 1)));
}, 600_000);

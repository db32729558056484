import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { makeGatekeeper, type Gatekeeper } from './toys/gatekeeper.ts';
import { API_KEY, startIssuer, type Issuer } from './toys/issuer.ts';
import { makePond, stones, type Pond } from './toys/pond.ts';
import { openRaw, type RawSocket } from './toys/raw-socket.ts';
import { startToy, type Toy } from './toys/toy.ts';

let issuer: Issuer;
let gatekeeper: Gatekeeper;
let owner: Toy;
let pond: Pond;
let graph: ToyGraph;
beforeEach(async () => {
  gatekeeper = makeGatekeeper();
  pond = makePond();
  [issuer, owner] = await Promise.all([startIssuer(), startToy(gatekeeper.definition)]);
  graph = await startToyGraph([pond.definition, stones], { tokens: { ...issuer.rule, withdrawalsUrl: owner.url } });
});
afterEach(async () => {
  await graph.stop();
  await Promise.all([issuer.stop(), owner.stop()]);
});

const WITHIN_A_SECOND = { timeout: 1_000, interval: 10 };
const bearer = async (claims: Record<string, unknown>) => ({ authorization: `Bearer ${await issuer.sign({ epoch: 1, sid: 's1', ...claims })}` });
const codeOf = async (headers: Record<string, string>) =>
  (await ask(graph.gateway, '{ __typename }', {}, headers)).errors?.[0]?.extensions.code ?? 'fine';
async function connect(payload: unknown): Promise<RawSocket> {
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init', payload });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  return raw;
}
const gauge = async () => {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return /gateway_withdrawals_connected\{tenant="demo"\} (\d)/.exec(text)?.[1];
};

describe('what is withdrawn', () => {
  test('a session: its token is refused, its socket and what ran on it end, the others go on', async () => {
    const [mine, others] = [await bearer({}), await bearer({ sid: 's2' })];
    const [raw, other] = [await connect(mine), await connect(others)];
    raw.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { ripple { seq } }' } });
    await expect.poll(pond.listeners).toBe(1);
    expect(await codeOf(mine)).toBe('fine');
    gatekeeper.withdraw('demo', { subjectId: 'u1', sessionId: 's1' });
    await expect.poll(() => codeOf(mine), WITHIN_A_SECOND).toBe('UNAUTHENTICATED');
    expect(await raw.closed()).toEqual([4403, 'The access has been withdrawn']);
    await expect.poll(pond.listeners, WITHIN_A_SECOND).toBe(0);
    expect([await codeOf(others), other.socket.readyState]).toEqual(['fine', other.socket.OPEN]);
    const again = await openRaw(graph.gateway.url);
    again.send({ type: 'connection_init', payload: mine });
    expect(await again.next()).toBe(4403);
    other.socket.close();
  });

  test('epochs: tokens from before are refused, those from after hold', async () => {
    const [before, after] = [await bearer({}), await bearer({ epoch: 2 })];
    const raw = await connect(before);
    gatekeeper.withdraw('demo', { subjectId: 'u1', epochBelow: 2 });
    expect((await raw.closed())[0]).toBe(4403);
    expect([await codeOf(before), await codeOf(after), await codeOf(await bearer({ epoch: undefined }))]).toEqual([
      'UNAUTHENTICATED',
      'fine',
      'UNAUTHENTICATED',
    ]);
  });

  test('an API key, although what it led to is still kept', async () => {
    const raw = await connect({ 'x-api-key': API_KEY });
    expect(await codeOf({ 'x-api-key': API_KEY })).toBe('fine');
    gatekeeper.withdraw('demo', { subjectId: 'c1' });
    expect((await raw.closed())[0]).toBe(4403);
    expect(await codeOf({ 'x-api-key': API_KEY })).toBe('UNAUTHENTICATED');
  });

  test('before this gateway had started: the first request waits for the state', async () => {
    gatekeeper.withdraw('demo', { subjectId: 'u1', sessionId: 's1' });
    expect(await codeOf(await bearer({}))).toBe('UNAUTHENTICATED');
  });

  test('so long ago that it is not kept still ends a socket', async () => {
    const raw = await connect(await bearer({}));
    gatekeeper.withdraw('demo', { subjectId: 'u1', sessionId: 's1', withdrawnAt: new Date(Date.now() - 3_600_000) });
    expect((await raw.closed())[0]).toBe(4403);
  });
});

test('each tenant has a stream of its own, opened by its first credential, and hears of itself only', async () => {
  const [demo, other] = [await bearer({}), await bearer({ tenant: 'other' })];
  expect([await codeOf(demo), gatekeeper.asked]).toEqual(['fine', [{ tenant: 'demo', afterSeq: null }]]);
  expect([await codeOf(other), gatekeeper.asked.slice(1)]).toEqual(['fine', [{ tenant: 'other', afterSeq: null }]]);
  gatekeeper.withdraw('other', { subjectId: 'u1', sessionId: 's1' });
  await expect.poll(() => codeOf(other), WITHIN_A_SECOND).toBe('UNAUTHENTICATED');
  expect(await codeOf(demo)).toBe('fine');
});

describe('a stream that is lost', () => {
  test('is taken up again after the last seq; until then what is known holds', async () => {
    const [known, missed] = [await bearer({}), await bearer({ sid: 's2' })];
    const raw = await connect(missed);
    gatekeeper.withdraw('demo', { subjectId: 'u1', sessionId: 's1' });
    await expect.poll(() => codeOf(known), WITHIN_A_SECOND).toBe('UNAUTHENTICATED');
    expect(await gauge()).toBe('1');
    owner.dropSockets();
    await expect.poll(gauge, WITHIN_A_SECOND).toBe('0');
    gatekeeper.withdraw('demo', { subjectId: 'u1', sessionId: 's2' });
    expect([await codeOf(known), await codeOf(missed)]).toEqual(['UNAUTHENTICATED', 'fine']);
    expect((await raw.closed())[0]).toBe(4403);
    expect([await codeOf(missed), gatekeeper.asked.at(-1), await gauge()]).toEqual(['UNAUTHENTICATED', { tenant: 'demo', afterSeq: 1 }, '1']);
  });

  test('or was never there stops nobody', async () => {
    await owner.stop();
    const token = await bearer({});
    expect([await codeOf(token), await gauge()]).toEqual(['fine', '0']);
  });
});

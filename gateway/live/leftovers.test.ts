import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openEvents } from '../toys/event-source.ts';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { startIssuer, type Issuer } from '../toys/issuer.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw, type RawSocket } from '../toys/raw-socket.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const pond = makePond();
let issuer: Issuer;
let graph: ToyGraph;
beforeAll(async () => {
  issuer = await startIssuer();
  graph = await startToyGraph([pond.definition, stones], {
    tokens: issuer.rule,
    liveLimits: { bufferedBytes: 20_000, streamsPerUser: 5, initMs: 1_500 },
    subscriptionLimits: { resumeAfterMs: [10, 10, 10] },
  });
  await keepUpstreamOpen();
});
afterAll(async () => {
  await graph.stop();
  await issuer.stop();
});

/** The socket to the owner outlives its last subscription a little; this one makes it stay for all of the test. */
async function keepUpstreamOpen(): Promise<void> {
  const raw = await connect();
  subscribe(raw, 'subscription { ripple(afterSeq: 900000000) { seq } }');
  await vi.waitUntil(() => pond.listeners() === 1, { timeout: 30_000 });
}

const sign = async (claims = {}) => `Bearer ${await issuer.sign({ sub: `user-${Math.random()}`, ...claims })}`;
async function connect(claims = {}): Promise<RawSocket> {
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init', payload: { authorization: await sign(claims) } });
  await raw.next();
  return raw;
}
const subscribe = (raw: RawSocket, query: string, id = '1') => raw.send({ id, type: 'subscribe', payload: { query } });
const events = async (query: string, claims = {}) => openEvents(graph.gateway.url, { query, headers: { authorization: await sign(claims) } });
/** Within the tolerance of five seconds: good for three more. */
const expiring = () => ({ exp: Math.floor(Date.now() / 1_000) - 2 });

/** All that keeps this process busy, by kind, and what the gateway and the owner count. */
async function held(): Promise<Record<string, number>> {
  const metrics = await (await fetch(graph.gateway.url.replace('/graphql', '/metrics'), { headers: { connection: 'close' } })).text();
  const gauge = (name: string) => Number(new RegExp(`^gateway_${name} (\\d+)`, 'm').exec(metrics)?.[1]);
  const kinds = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout');
  return {
    ...Object.fromEntries(['TCPSocketWrap', 'Timeout'].map((kind) => [kind, kinds.filter((other) => other === kind).length])),
    ...Object.fromEntries(['subscribers', 'sockets', 'event_streams', 'upstream_subscriptions'].map((name) => [name, gauge(name)])),
    listeners: pond.listeners(),
  };
}

const moreThan = (before: Record<string, number>, now: Record<string, number>) =>
  Object.keys(now).filter((kind) => now[kind]! > before[kind]!).map((kind) => `${kind}: ${now[kind]} instead of ${before[kind]}`);

const WHOLE = 'subscription { ripple { seq stone { grams } } }';
const SHARED = 'subscription { wave { seq stone { grams } } }';
const LARGE = `subscription { ripple { ${'x'.repeat(600)}: seq } }`;

test.each<[string, () => Promise<unknown>]>([
  ['a subscriber that vanishes', async () => {
    const raw = await connect();
    for (const id of ['1', '2', '3']) subscribe(raw, id === '3' ? SHARED : WHOLE, id);
    await raw.next();
    raw.socket.terminate();
  }],
  ['a subscriber that vanishes before it is answered', async () => {
    const raw = await connect();
    subscribe(raw, SHARED);
    raw.socket.terminate();
  }],
  ['a reader of events that vanishes', async () => {
    const [own, shared] = [await events(WHOLE), await events(SHARED)];
    await own.next();
    own.close();
    shared.close();
  }],
  ['one that completes and stays a moment', async () => {
    const raw = await connect();
    subscribe(raw, SHARED);
    await raw.next();
    raw.send({ id: '1', type: 'complete' });
    raw.socket.close();
  }],
  ['one that is refused', async () => {
    const raw = await connect();
    subscribe(raw, 'subscription { deep { seq } }');
    await raw.next();
    raw.socket.close();
    await (await events('subscription { deep { seq } }')).next();
  }],
  ['one that never begins', async () => (await openRaw(graph.gateway.url)).closed()],
  ['tokens that expire in the middle', async () => {
    const [raw, source] = await Promise.all([connect(expiring()), events(SHARED, expiring())]);
    subscribe(raw, SHARED);
    expect(await raw.next()).toMatchObject({ type: 'next' });
    while ((await source.next())?.event === 'next');
    await raw.closed();
  }],
  ['a source that is lost for good and one that comes back', async () => {
    const [raw, other] = [await connect(), await connect()];
    subscribe(raw, 'subscription { still { seq } }');
    subscribe(other, SHARED);
    await raw.next();
    graph.toys.pond!.dropSockets();
    for (let frame = await raw.next(); typeof frame === 'object' && frame.type === 'next'; ) frame = await raw.next();
    await other.next();
    raw.socket.close();
    other.socket.close();
  }],
  ['clients that never read', async () => {
    const [raw, source] = [await connect(), await events(LARGE)];
    raw.socket.pause();
    source.response.pause();
    subscribe(raw, LARGE);
    const flood = setInterval(() => pond.publish(500), 5);
    await expect.poll(async () => (await held()).subscribers, { timeout: 20_000 }).toBe(1);
    clearInterval(flood);
    raw.socket.terminate();
    source.close();
  }],
])('%s leaves nothing behind', async (_, happen) => {
  pond.publish(5);
  const before = await settled();
  await happen();
  await expect.poll(async () => moreThan(before, await held()), { timeout: 20_000, interval: 50 }).toEqual([]);
});

/** What the test before still had is gone. Counted while polling, as afterwards: that has a timer of its own. */
async function settled() {
  let now: Record<string, number> = {};
  await expect.poll(async () => (now = await held()), { timeout: 20_000 }).toMatchObject({ subscribers: 1, sockets: 1, event_streams: 0, upstream_subscriptions: 1, listeners: 1 });
  return now;
}

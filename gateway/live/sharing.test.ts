import { afterEach, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { startIssuer, type Issuer } from '../toys/issuer.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw, type Frame, type RawSocket } from '../toys/raw-socket.ts';

let issuer: Issuer;
let graph: ToyGraph;
afterEach(async () => {
  await graph.stop();
  await issuer.stop();
});

async function start() {
  issuer = await startIssuer();
  const pond = makePond();
  graph = await startToyGraph([pond.definition, stones], {
    tokens: issuer.rule,
    liveLimits: { subscriptionsPerSocket: 1_000, socketsPerUser: 50, socketsPerAddress: 200 },
    subscriptionLimits: { resumeAfterMs: [10, 20, 50, 100, 200] },
  });
  return pond;
}

async function connect(claims: Record<string, unknown>): Promise<RawSocket> {
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${await issuer.sign(claims)}` } });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  return raw;
}

const WAVE = 'subscription ($from: Int) { wave(afterSeq: $from) { seq stone { grams } } }';
const subscribe = (raw: RawSocket, id: string, variables: object = {}, query = WAVE) =>
  raw.send({ id, type: 'subscribe', payload: { query, variables } });
const seqsOf = async (raw: RawSocket, count: number) => {
  const seqs: number[] = [];
  while (seqs.length < count) {
    const { type, payload } = (await raw.next()) as Frame;
    expect(type).toBe('next');
    seqs.push((payload as { data: { wave: { seq: number } } }).data.wave.seq);
  }
  return seqs;
};
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
const asked = (toy: string, word: string) => graph.toys[toy]!.requests.filter(({ query }) => query.includes(word)).length;

test('10,000 equal subscribers have one source and one join per event, whatever they are called and whenever they come', async () => {
  const pond = await start();
  pond.publish(1);
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => connect({ sub: `user-${n}` })));
  for (const raw of sockets.slice(0, 10)) for (let id = 0; id < 500; id++) subscribe(raw, String(id));
  for (const raw of sockets.slice(0, 10)) expect(await seqsOf(raw, 500)).toEqual(Array(500).fill(1));
  for (const raw of sockets.slice(10)) for (let id = 0; id < 500; id++) subscribe(raw, String(id));
  for (const raw of sockets.slice(10)) expect(await seqsOf(raw, 500)).toEqual(Array(500).fill(1));
  await expect.poll(pond.listeners).toBe(1);
  const joins = asked('stones', '_entities');
  pond.publish(1);
  for (const raw of sockets) expect(await seqsOf(raw, 500)).toEqual(Array(500).fill(2));
  expect(asked('stones', '_entities')).toBe(joins + 1);
  for (const { socket } of sockets) socket.close();
  await expect.poll(pond.listeners).toBe(0);
}, 60_000);

test.each<[string, Record<string, unknown>, number]>([
  ['another person', { sub: 'b' }, 1],
  ['other scopes', { sub: 'b', scope: 'vault:read vault:write' }, 2],
  ['a customer', { sub: 'b', customerId: 'c1' }, 2],
  ['another tenant', { sub: 'b', tenant: 'other' }, 2],
])('%s shares only with equal rights', async (_, claims, sources) => {
  const pond = await start();
  pond.publish(3);
  const [one, other] = [await connect({ sub: 'a' }), await connect(claims)];
  subscribe(one, '1');
  expect(await seqsOf(one, 3)).toEqual([1, 2, 3]);
  subscribe(other, '1');
  expect(await seqsOf(other, 3)).toEqual([1, 2, 3]);
  await expect.poll(pond.listeners).toBe(sources);
  expect(graph.toys.pond!.requests.length).toBeGreaterThanOrEqual(sources);
});

test('nobody shares other variables, nor a field that does not allow it', async () => {
  const pond = await start();
  const raw = await connect({ sub: 'a' });
  const query = 'subscription ($loud: Boolean!) { wave { seq @include(if: $loud) reset } }';
  subscribe(raw, '1', { loud: true }, query);
  subscribe(raw, '2', { loud: false }, query);
  subscribe(raw, '3', {}, 'subscription { ripple { seq } }');
  subscribe(raw, '4', {}, 'subscription { ripple { seq } }');
  await expect.poll(pond.listeners).toBe(4);
});

test('who comes later goes on after the seq it has: nothing lost, nothing twice, while events come', async () => {
  const pond = await start();
  const first = await connect({ sub: 'first' });
  pond.publish(10);
  subscribe(first, '1');
  expect(await seqsOf(first, 10)).toEqual(from(1, 10));
  const flow = setInterval(() => pond.publish(1), 2);
  const late = await Promise.all(from(0, 9).map((n) => connect({ sub: `late-${n}` })));
  for (const [n, raw] of late.entries()) subscribe(raw, '1', n === 0 ? {} : { from: n });
  expect(await Promise.all(late.map((raw) => seqsOf(raw, 60)))).toEqual(late.map((_, n) => from(n + 1, n + 60)));
  clearInterval(flow);
  await expect.poll(pond.listeners).toBe(1);
});

test('a source that is lost goes on for all of them', async () => {
  const pond = await start();
  const raws = await Promise.all(from(0, 4).map((n) => connect({ sub: `user-${n}` })));
  for (const raw of raws) subscribe(raw, '1');
  pond.publish(5);
  for (const raw of raws) expect(await seqsOf(raw, 5)).toEqual(from(1, 5));
  graph.toys.pond!.dropSockets();
  pond.publish(5);
  for (const raw of raws) expect(await seqsOf(raw, 5)).toEqual(from(6, 10));
});

test('what depends on who asks is answered to each alone, from where they were', async () => {
  const pond = await start();
  const query = 'subscription ($mine: Boolean!, $from: Int) { wave(afterSeq: $from) { seq stone { mine @include(if: $mine) } } }';
  const names = ['ada', 'bob', 'eve'];
  const raws = await Promise.all(names.map((sub) => connect({ sub })));
  for (const raw of raws) subscribe(raw, '1', { mine: true }, query);
  pond.publish(3);
  for (const [n, raw] of raws.entries())
    for (const seq of [1, 2, 3]) expect(await raw.next()).toMatchObject({ payload: { data: { wave: { seq, stone: { mine: names[n] } } } } });
  expect(pond.listeners()).toBe(3);
  raws[0]!.send({ id: '1', type: 'complete' });
  await expect.poll(pond.listeners).toBe(2);
});

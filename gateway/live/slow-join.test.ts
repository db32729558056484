import { afterEach, expect, test, vi } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { makePond, stones, type Pond } from '../toys/pond.ts';
import { openRaw, type RawSocket } from '../toys/raw-socket.ts';
import type { SubscriptionLimits } from './subscription.ts';

// Two hundred events a second, each joined with a subgraph that takes 100 ms to answer.
const EVERY_MS = 25;
const AT_ONCE = 5;
const EVENTS = 400;
const WAITING = 20;
/** On their way between owner and gateway when it is told to stop. */
const UNDER_WAY = 60;

let graph: ToyGraph;
let pond: Pond;
afterEach(() => graph.stop());
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

async function start(field: string, { limits = { waitingEvents: WAITING }, selected = 'seq stone { grams }' }: { limits?: Partial<SubscriptionLimits>; selected?: string } = {}): Promise<RawSocket> {
  pond = makePond();
  graph = await startToyGraph([pond.definition, stones], { subscriptionLimits: limits });
  graph.toys.stones!.misbehave((text, response) => void setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(text), 100));
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: 'a', type: 'subscribe', payload: { query: `subscription { ${field} { ${selected} } }` } });
  await expect.poll(pond.listeners).toBe(1);
  return raw;
}

async function flow(each: () => void): Promise<void> {
  for (let sent = 0; sent < EVENTS; sent += AT_ONCE) {
    pond.publish(AT_ONCE);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    each();
  }
}

const seqOf = async (raw: RawSocket, field: string) =>
  ((await raw.next()) as { payload: { data: Record<string, { seq: number; stone: { grams: number } }> } }).payload.data[field]!.seq;
const joins = () => graph.toys.stones!.requests.length;
const subscribed = () => graph.toys.pond!.requests.length;

test.each(['ripple', 'wave'])('a stream that must be told whole (%s) is left at its source while joins are behind, and none is lost', async (field) => {
  const raw = await start(field);
  let ahead = 0;
  await flow(() => (ahead = Math.max(ahead, pond.told() - joins())));
  expect(ahead).toBeGreaterThan(WAITING / 2);
  expect(ahead).toBeLessThan(WAITING + UNDER_WAY);
  expect(joins()).toBeLessThan(EVENTS / 2);
  graph.toys.stones!.misbehave(null);
  for (let seq = 1; seq <= EVENTS; seq++) expect(await seqOf(raw, field)).toBe(seq);
  expect(subscribed()).toBeGreaterThan(2);
  raw.socket.close();
  await expect.poll(pond.listeners).toBe(0);
});

test('of a stream whose latest state is enough, what is overtaken is not joined', async () => {
  const raw = await start('tide');
  await flow(() => {});
  const seqs: number[] = [];
  do seqs.push(await seqOf(raw, 'tide'));
  while (seqs.at(-1) !== EVENTS);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(joins()).toBe(seqs.length);
  expect(seqs.length).toBeLessThan(EVENTS / 4);
  expect(subscribed()).toBe(1);
  raw.socket.close();
});

test('a source that cannot be taken up again is given up with 4490 before it fills the memory', async () => {
  const raw = await start('still');
  pond.publish(1_000);
  expect(await raw.closed()).toEqual([4490, 'slow consumer']);
  expect(joins()).toBeLessThan(WAITING);
  await expect.poll(pond.listeners).toBe(0);
});

// By count none of these would be too many.
const EVENT_BYTES = 9_000;
const FEW_BYTES = { waitingEvents: 1_000, waitingEventBytes: WAITING * EVENT_BYTES };
const LARGE = { limits: FEW_BYTES, selected: `seq stone { grams } ${'x'.repeat(EVENT_BYTES)}: reset` };

test('few large events that wait are bounded by their bytes as many small ones are by their number', async () => {
  const raw = await start('ripple', LARGE);
  let ahead = 0;
  await flow(() => (ahead = Math.max(ahead, pond.told() - joins())));
  expect(ahead).toBeLessThan(WAITING + UNDER_WAY);
  expect(joins()).toBeLessThan(EVENTS / 2);
  graph.toys.stones!.misbehave(null);
  for (let seq = 1; seq <= EVENTS; seq++) expect(await seqOf(raw, 'ripple')).toBe(seq);
  expect(subscribed()).toBeGreaterThan(2);
  raw.socket.close();
});

test('where the source cannot be taken up again, so many bytes end it; one event alone may be larger', async () => {
  const raw = await start('still', { ...LARGE, limits: { ...FEW_BYTES, waitingEventBytes: EVENT_BYTES / 2 } });
  pond.publish(1);
  expect(await seqOf(raw, 'still')).toBe(1);
  pond.publish(4);
  expect(await raw.closed()).toEqual([4490, 'slow consumer']);
  await expect.poll(pond.listeners).toBe(0);
});

// An event whose join needs a subgraph that is gone is told all the same, in its order, with null and the reason.
import { afterEach, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw } from '../toys/raw-socket.ts';

const EVENTS = 30;
const TIMEOUT_MS = 200;
/** A fetch may take its time until the breaker opens; what a busy machine adds is no matter of ours. */
const LONGEST_MS = TIMEOUT_MS + 5_000;

let graph: ToyGraph;
afterEach(() => graph.stop());

test.each<[string, () => unknown, string]>([
  ['takes no connection', () => graph.toys.stones!.stop(), 'SUBGRAPH_UNAVAILABLE'],
  ['does not answer', () => graph.toys.stones!.misbehave(() => {}), 'SUBGRAPH_TIMEOUT'],
])('a subgraph that %s costs its own fields of each frame, and no frame waits longer than one fetch', async (_, go, code) => {
  const pond = makePond();
  graph = await startToyGraph([pond.definition, stones], { subgraphLimits: { timeoutMs: TIMEOUT_MS } });
  await go();
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { ripple { seq stone { id mine } } }' } });
  await expect.poll(pond.listeners).toBe(1);
  const codes = new Set<string>();
  for (let seq = 1; seq <= EVENTS; seq++) {
    const publishedAt = performance.now();
    pond.publish();
    const frame = (await raw.next()) as { type: string; payload: { data: unknown; errors: { path: unknown; extensions: { code: string } }[] } };
    expect(performance.now() - publishedAt).toBeLessThan(LONGEST_MS);
    expect(frame).toMatchObject({ type: 'next', payload: { data: { ripple: { seq, stone: { id: `s${seq % 3}`, mine: null } } }, errors: [{ path: ['ripple', 'stone', 'mine'] }] } });
    for (const { extensions } of frame.payload.errors) codes.add(extensions.code);
  }
  expect(codes).toContain(code);
  raw.socket.close();
}, 60_000);

import { afterEach, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw, type RawSocket } from '../toys/raw-socket.ts';

let graph: ToyGraph;
afterEach(() => graph.stop());

async function start(query: string, variables = {}) {
  const pond = makePond();
  graph = await startToyGraph([pond.definition, stones], { subscriptionLimits: { resumeAfterMs: [10, 20, 50, 100, 200] } });
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  raw.send({ id: 'a', type: 'subscribe', payload: { query, variables } });
  await expect.poll(pond.listeners).toBe(1);
  return { pond, raw };
}
const seqOf = async (raw: RawSocket) => ((await raw.next()) as { payload: { data: { ripple: { seq: number } } } }).payload.data.ripple.seq;

test('a lost upstream is taken up again after the last seq: nothing lost, nothing twice, though the client never asked for seq', async () => {
  const { pond, raw } = await start('subscription ($from: Int) { r: ripple(afterSeq: $from) { stone { id grams } } }', { from: 2 });
  pond.publish(100);
  const stones: string[] = [];
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 20 && stones.length < 98; n++)
      stones.push(((await raw.next()) as { payload: { data: { r: { stone: { id: string } } } } }).payload.data.r.stone.id);
    graph.toys.pond!.dropSockets();
  }
  expect(stones).toEqual(Array.from({ length: 98 }, (_, n) => `s${(n + 3) % 3}`));
  pond.publish(1);
  expect(await raw.next()).toMatchObject({ type: 'next', payload: { data: { r: { stone: { id: 's2' } } } } });
  raw.socket.close();
});

test('a client may use the names that are added for this', async () => {
  const { pond, raw } = await start('subscription ($stromgraph_afterSeq: Int) { ripple(afterSeq: $stromgraph_afterSeq) { stromgraph_seq: stone { id } seq } }', { stromgraph_afterSeq: 1 });
  pond.publish(3);
  expect([await seqOf(raw), await seqOf(raw)]).toEqual([2, 3]);
  graph.toys.pond!.dropSockets();
  pond.publish(1);
  expect(await raw.next()).toMatchObject({ payload: { data: { ripple: { seq: 4, stromgraph_seq: { id: expect.any(String) } } } } });
  raw.socket.close();
});

test('events that come while it is lost are not lost', async () => {
  const { pond, raw } = await start('subscription { ripple { seq } }');
  pond.publish(3);
  expect([await seqOf(raw), await seqOf(raw), await seqOf(raw)]).toEqual([1, 2, 3]);
  graph.toys.pond!.dropSockets();
  pond.publish(2);
  expect([await seqOf(raw), await seqOf(raw)]).toEqual([4, 5]);
  raw.socket.close();
});

test('a field without afterSeq says that its source was lost', async () => {
  const { raw } = await start('subscription { still { seq } }');
  graph.toys.pond!.dropSockets();
  expect(await raw.next()).toMatchObject({ id: 'a', type: 'error', payload: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  raw.socket.close();
});

test('a source that stays away is given up', async () => {
  const { raw } = await start('subscription { ripple { seq } }');
  await graph.toys.pond!.stop();
  expect(await raw.next()).toMatchObject({ id: 'a', type: expect.stringMatching(/error|complete/) });
  raw.socket.close();
});

test('a stopping gateway tells its clients to go elsewhere', async () => {
  const { raw } = await start('subscription { ripple { seq } }');
  await graph.gateway.stop();
  expect(await raw.closed()).toEqual([1001, 'Going away']);
});

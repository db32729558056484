import { expect, test } from 'vitest';
import { LIMITS } from '../limits/limits.ts';
import { composeToys } from '../toys/compose.ts';
import { lostInMaze, maze } from '../toys/maze.ts';
import { planBeside } from './plan-beside.ts';

test('a thread that runs out of memory is replaced, and the operation refused', async () => {
  let restarts = 0;
  const watch = { planned() {}, restarted: () => void restarts++ };
  const { planner } = await planBeside({ ...LIMITS, planMemoryMb: 48, planMs: 300_000 }, watch)(composeToys(maze));
  const lost = planner.plan(lostInMaze(7), undefined).catch(({ refusal }) => refusal as unknown);
  expect(await lost).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: { limit: 'planMemoryMb', maximum: 48 } });
  expect(await planner.plan('{ node(id: "2") { f1 } }', undefined)).toMatchObject({ node: { kind: 'Fetch' } });
  expect(restarts).toBe(1);
  await planner.stop();
});

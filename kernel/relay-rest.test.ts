import { expect, test } from 'vitest';
import { makeRest } from './relay-rest.ts';

/** Cuts that take so long, each after its rest and so much idle time; how long each rest is. */
function rests(cuts: readonly Readonly<{ idleMs: number; workMs: number }>[]): number[] {
  const rest = makeRest();
  let now = 0;
  return cuts.map(({ idleMs, workMs }) => {
    const startedAt = now + idleMs;
    const ms = rest.after(startedAt, startedAt + workMs);
    now = startedAt + workMs + ms;
    return ms;
  });
}

test.each([
  ['a quick cut now and then', [{ idleMs: 100, workMs: 2 }, { idleMs: 100, workMs: 2 }], [10, 10]],
  ['a slow cut after long idleness', [{ idleMs: 100, workMs: 15 }], [10]],
  ['a very slow one', [{ idleMs: 100, workMs: 35 }], [45]],
  ['cut after cut', [{ idleMs: 0, workMs: 12 }, { idleMs: 0, workMs: 12 }, { idleMs: 0, workMs: 30 }], [10, 36, 60]],
  ['cut after cut, with some time between', [{ idleMs: 100, workMs: 12 }, { idleMs: 6, workMs: 12 }], [10, 30]],
])('%s', (_, cuts, expected) => expect(rests(cuts)).toEqual(expected));

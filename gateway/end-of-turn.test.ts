import { expect, test } from 'vitest';
import { atEndOfTurn } from './end-of-turn.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what waits is done in its order, after all that came in; a fault in one is told and costs no other', async () => {
  const done: string[] = [];
  const faults: unknown[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', (error) => faults.push(error));
  try {
    atEndOfTurn(() => done.push('first'));
    atEndOfTurn(() => {
      atEndOfTurn(() => done.push('asked for meanwhile'));
      throw new Error('a fault');
    });
    atEndOfTurn(() => done.push('last'));
    await Promise.resolve().then(() => done.push('came in'));
    await turn();
    expect(done).toEqual(['came in', 'first', 'last']);
    await turn();
    expect(done.at(-1)).toBe('asked for meanwhile');
    expect(faults).toEqual([new Error('a fault')]);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
});

import { expect, test } from 'vitest';
import { afterFailure, CLOSED, pauseAfter, persistently, triesAllowed } from './retry.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24) + seconds * 1000);

test.each([
  [1, 0, 1000], [2, 0, 2000], [3, 0, 4000], [9, 0, 60_000], [1000, 0, 60_000],
  [1, 1, 500], [3, 0.5, 3000], [0, 0, 1000],
])('after %i tries and chance %f the pause is %i ms', (tries, chance, pause) => {
  expect(pauseAfter(tries, { firstMs: 1000, longestMs: 60_000 }, chance)).toBe(pause);
});

test('a provider that is down is probed once per 30 seconds, later ten minutes', () => {
  let circuit = afterFailure(afterFailure(CLOSED, at(0)), at(0));
  expect(triesAllowed(circuit, at(0), 50)).toBe(50);
  circuit = afterFailure(circuit, at(0));
  expect(triesAllowed(circuit, at(29.999), 50)).toBe(0);
  expect(triesAllowed(circuit, at(30), 50)).toBe(1);
  circuit = afterFailure(circuit, at(30));
  expect(circuit.openUntil).toEqual(at(90));
  for (let tries = 0; tries < 20; tries++) circuit = afterFailure(circuit, at(100));
  expect(circuit.openUntil).toEqual(at(700));
  expect(triesAllowed(CLOSED, at(700), 0)).toBe(0);
});

test('what a start depends on is tried again while a lock or a connection is at fault, and only then', async () => {
  let tries = 0;
  const lock = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
  expect(await persistently(async () => (++tries < 3 ? Promise.reject(lock) : tries))).toBe(3);
  tries = 0;
  await expect(persistently(async () => Promise.reject(Object.assign(new Error('duplicate'), { code: '23505', tries: ++tries })))).rejects.toThrow('duplicate');
  expect(tries).toBe(1);
});

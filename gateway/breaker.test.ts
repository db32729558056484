import { expect, test } from 'vitest';
import { makeBreaker } from './breaker.ts';

const RULE = { calls: 20, failures: 10, probeEveryMs: 1_000 };
const at = () => {
  let now = 0;
  return { breaker: makeBreaker(RULE, () => now), pass: (ms: number) => void (now += ms) };
};
const times = (count: number, act: () => void) => Array.from({ length: count }).forEach(act);

test('half of the last twenty calls open it', () => {
  const { breaker } = at();
  times(100, breaker.succeeded);
  times(9, breaker.failed);
  expect(breaker.allows()).toBe(true);
  breaker.failed();
  expect(breaker.allows()).toBe(false);
});

test('failures that are long past do not count', () => {
  const { breaker } = at();
  times(9, breaker.failed);
  times(20, breaker.succeeded);
  times(9, breaker.failed);
  expect(breaker.isOpen()).toBe(false);
});

test('open, it lets one probe through per second, and a failed one waits again', () => {
  const { breaker, pass } = at();
  times(10, breaker.failed);
  pass(999);
  expect(breaker.allows()).toBe(false);
  pass(1);
  expect([breaker.allows(), breaker.allows(), breaker.allows()]).toEqual([true, false, false]);
  breaker.failed();
  pass(999);
  expect(breaker.allows()).toBe(false);
  pass(1);
  expect(breaker.allows()).toBe(true);
});

test('a probe that hangs does not block the next one', () => {
  const { breaker, pass } = at();
  times(10, breaker.failed);
  pass(1_000);
  expect(breaker.allows()).toBe(true);
  pass(1_000);
  expect(breaker.allows()).toBe(true);
});

test('one success closes it, and counting starts anew', () => {
  const { breaker, pass } = at();
  times(10, breaker.failed);
  pass(1_000);
  breaker.allows();
  breaker.succeeded();
  times(9, breaker.failed);
  expect(breaker.allows()).toBe(true);
});

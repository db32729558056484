import { expect, test } from 'vitest';
import { delaySeconds, LOCK_SECONDS, secondsToWait } from './delay.ts';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1_000);
const none = { number: 0, lastAt: null };

test.each([
  [0, 0],
  [4, 0],
  [5, 30],
  [6, 60],
  [9, 480],
  [10, LOCK_SECONDS],
  [11, LOCK_SECONDS],
  [1_000_000, LOCK_SECONDS],
])('%i failures of an account cost %i seconds', (failures, seconds) => {
  expect(delaySeconds(failures, 5)).toBe(seconds);
});

test.each([
  { account: { number: 5, lastAt: at(0) }, now: at(0), wait: 30 },
  { account: { number: 5, lastAt: at(0) }, now: at(29.001), wait: 1 },
  { account: { number: 5, lastAt: at(0) }, now: at(30), wait: 0 },
  { account: { number: 4, lastAt: at(0) }, now: at(0), wait: 0 },
])('the wait after failure $account.number shrinks to $wait', ({ account, now, wait }) => {
  expect(secondsToWait({ account, address: none, everywhere: 0 }, now)).toBe(wait);
});

test('an address that fails at many accounts waits at all of them', () => {
  expect(secondsToWait({ account: none, address: { number: 30, lastAt: at(0) }, everywhere: 30 }, at(0))).toBe(30);
});

test('while many accounts are tried, one failure is enough to wait, but none does not wait', () => {
  expect(secondsToWait({ account: { number: 1, lastAt: at(0) }, address: none, everywhere: 500 }, at(0))).toBe(30);
  expect(secondsToWait({ account: none, address: none, everywhere: 5_000 }, at(0))).toBe(0);
});

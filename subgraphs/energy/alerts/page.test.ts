import { expect, test } from 'vitest';
import { afterAttempt, MAX_ATTEMPTS, pauseAfter } from './page.ts';

test.each([
  ['taken at once', 0, null, { status: 'SENT', attempts: 1, error: null }],
  ['taken at last', MAX_ATTEMPTS - 1, null, { status: 'SENT', attempts: MAX_ATTEMPTS, error: null }],
  ['refused', 0, 'the pager answered 503', { status: 'WAITING', attempts: 1, error: 'the pager answered 503' }],
  ['refused the last time but one', MAX_ATTEMPTS - 2, 'x', { status: 'WAITING', attempts: MAX_ATTEMPTS - 1, error: 'x' }],
  ['refused to the last', MAX_ATTEMPTS - 1, 'x', { status: 'DEAD', attempts: MAX_ATTEMPTS, error: 'x' }],
  ['refused without a word', 0, '', { status: 'WAITING', attempts: 1, error: 'no reason given' }],
  ['refused at length', 0, 'x'.repeat(501), { status: 'WAITING', attempts: 1, error: 'x'.repeat(500) }],
] as const)('a page that is %s', (_, attempts, error, after) => {
  expect(afterAttempt({ attempts }, error)).toEqual(after);
});

test('pauses grow to a quarter of an hour, and are spread by a quarter either way', () => {
  const all = (chance: number) => Array.from({ length: MAX_ATTEMPTS - 1 }, (_, nth) => pauseAfter(nth + 1, chance) / 1_000);
  expect(all(0.5)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
  expect([all(0)[0], all(1)[0], all(0).at(-1), all(1).at(-1)]).toEqual([3.75, 6.25, 675, 1_125]);
});

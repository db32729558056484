import { expect, test } from 'vitest';
import { daysOfPrices, stepsOf } from './curve.ts';

test.each([
  ['2026-03-29', 60, 23], ['2026-03-29', 15, 92], ['2026-11-24', 60, 24], ['2026-11-24', 15, 96], ['2026-10-25', 60, 25], ['2026-10-25', 15, 100],
])('%s has, in steps of %i minutes, %i prices', (day, minutes, count) => expect(stepsOf(day, minutes)).toBe(count));

const prices = (count: number) => Array.from({ length: count }, (_, nth) => String(nth));
test('prices are cut at the midnights of Berlin', () => {
  const days = daysOfPrices({ from: '2026-10-24', until: '2026-10-27', minutes: 60 }, prices(24 + 25 + 24))!;
  expect(days.map(({ day, eurPerMwh }) => [day, eurPerMwh[0], eurPerMwh.length])).toEqual([['2026-10-24', '0', 24], ['2026-10-25', '24', 25], ['2026-10-26', '49', 24]]);
});
test.each([23, 25])('%i prices are not those of an ordinary day', (count) => {
  expect(daysOfPrices({ from: '2026-11-24', until: '2026-11-25', minutes: 60 }, prices(count))).toBeNull();
});

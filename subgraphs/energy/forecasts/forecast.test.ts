import { expect, test } from 'vitest';
import { addDays, quarterHoursOf } from '@stromgraph/kernel/time';
import { endDayOf, firstDayOf, type ForecastHorizon, type PublishedForecast, quarterHoursOn, valuesOf } from './forecast.ts';

const aForecast = (horizon: ForecastHorizon, deliveryDay: string, valueAt: (nth: number) => number): PublishedForecast => ({
  horizon, basis: 'SLP', gridAreaId: 'a', deliveryDay, version: 1, publishedAt: new Date(0), cutOffAt: new Date(0),
  wattHours: Array.from({ length: valuesOf({ horizon, deliveryDay }) }, (_, nth) => BigInt(valueAt(nth))),
});
const sum = (values: readonly bigint[]) => values.reduce((all, value) => all + value, 0n);

test.each([
  ['INTRADAY', '2026-11-25', '2026-11-25', '2026-11-26', 96],
  ['DAY_AHEAD', '2026-03-29', '2026-03-29', '2026-03-30', 92],
  ['DAY_AHEAD', '2026-10-25', '2026-10-25', '2026-10-26', 100],
  ['WEEK_AHEAD', '2026-11-29', '2026-11-23', '2026-11-30', 168],
  ['WEEK_AHEAD', '2026-11-30', '2026-11-30', '2026-12-07', 168],
  ['WEEK_AHEAD', '2026-03-29', '2026-03-23', '2026-03-30', 167],
  ['WEEK_AHEAD', '2026-10-25', '2026-10-19', '2026-10-26', 169],
  ['YEAR_AHEAD', '2028-02-29', '2028-01-01', '2029-01-01', 2_016],
] as const)('%s for %s covers %s until %s with %i values', (horizon, day, first, end, values) => {
  const deliveryDay = firstDayOf(horizon, day);
  expect([deliveryDay, endDayOf({ horizon, deliveryDay }), valuesOf({ horizon, deliveryDay })]).toEqual([first, end, values]);
});

test.each(['2026-10-19', '2026-03-23', '2026-11-23'])('the quarter hours of the week from %s add up to it exactly, hour by hour', (monday) => {
  const week = aForecast('WEEK_AHEAD', monday, (nth) => 1_000 + nth * 7);
  const quarters = Array.from({ length: 7 }, (_, ahead) => quarterHoursOn(week, addDays(monday, ahead))!);
  expect(quarters.map(({ length }) => length)).toEqual(Array.from({ length: 7 }, (_, ahead) => quarterHoursOf(addDays(monday, ahead)).length));
  const all = quarters.flat();
  for (const [hour, wattHours] of week.wattHours.entries()) expect(sum(all.slice(hour * 4, hour * 4 + 4))).toBe(wattHours);
  expect(quarterHoursOn(week, addDays(monday, -1))).toBeNull();
  expect(quarterHoursOn(week, addDays(monday, 7))).toBeNull();
});

test('a year goes by the local clock: the hour that is missing is left out, the doubled one counts twice', () => {
  const year = aForecast('YEAR_AHEAD', '2026-01-01', (nth) => nth * 4);
  const hours = (day: string) => quarterHoursOn(year, day)!.filter((_, nth) => nth % 4 === 0).map(Number);
  const [march, october] = [2 * 168 + 6 * 24, 9 * 168 + 6 * 24]; // both are Sundays
  expect(hours('2026-03-29')).toEqual([0, 1, ...Array.from({ length: 21 }, (_, nth) => nth + 3)].map((hour) => march + hour));
  expect(hours('2026-10-25')).toEqual([0, 1, 2, 2, ...Array.from({ length: 21 }, (_, nth) => nth + 3)].map((hour) => october + hour));
  expect(quarterHoursOn(year, '2027-01-01')).toBeNull();
});

import { expect, test } from 'vitest';
import { ratioOf, tenorsOf } from './hedge-ratio.ts';

test.each([
  ['2026-11-24', ['2026-11-25/2026-11-26', '2026-11-30/2026-12-07', '2026-12-01/2027-01-01', '2027-01-01/2027-04-01', '2027-01-01/2028-01-01']],
  ['2026-12-31', ['2027-01-01/2027-01-02', '2027-01-04/2027-01-11', '2027-01-01/2027-02-01', '2027-01-01/2027-04-01', '2027-01-01/2028-01-01']],
  ['2026-01-01', ['2026-01-02/2026-01-03', '2026-01-05/2026-01-12', '2026-02-01/2026-03-01', '2026-04-01/2026-07-01', '2027-01-01/2028-01-01']],
  ['2028-02-27', ['2028-02-28/2028-02-29', '2028-02-28/2028-03-06', '2028-03-01/2028-04-01', '2028-04-01/2028-07-01', '2029-01-01/2030-01-01']], // a Sunday before a leap day
])('after %s the next day, week, month, quarter and year are %j', (today, periods) => {
  expect(tenorsOf(today).map(({ from, until }) => `${from}/${until}`)).toEqual(periods);
});

test.each([
  [1000n, 800n, '0.8'],
  [3n, 2n, '0.6667'],
  [1000n, -50n, '-0.05'], // sold beforehand
  [1000n, 1200n, '1.2'],
  [0n, 5n, null],
])('of %i Wh %i are hedged: %s', (demandWattHours, hedgedWattHours, ratio) => {
  expect(ratioOf({ tenor: 'DAY', from: '', until: '', gridAreaId: null, forecastIds: [], demandWattHours, hedgedWattHours })).toBe(ratio);
});

import { expect, test } from 'vitest';
import { type DataSeries, isStale, overdueMinutes, overdueSeconds } from './freshness.ts';

const at = (time: string) => new Date(`2026-11-24T${time}Z`);
const series = (expectedAt: Date | null): DataSeries => ({ kind: 'ACTUALS', expectedAt, publishedAt: null, readAt: null });

test.each([
  ['07:00:00', false, 0, 0],
  ['06:59:59', false, 0, 0],
  ['07:14:59', false, 899, 14],
  ['07:15:00', true, 900, 15],
  ['13:00:00', true, 21_600, 360],
])('what was announced for 07:00 at %s', (now, stale, seconds, minutes) => {
  const announced = series(at('07:00:00'));
  expect([isStale(announced, at(now)), overdueSeconds(announced, at(now)), overdueMinutes(announced, at(now))]).toEqual([stale, seconds, minutes]);
});

test('what is not announced is never stale', () => {
  expect([isStale(series(null), at('07:00:00')), overdueSeconds(series(null), at('07:00:00'))]).toEqual([false, 0]);
});

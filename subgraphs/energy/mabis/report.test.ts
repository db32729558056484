// Working days of market communication: the windows after a month, and what the market's sums are off by.
import { expect, test } from 'vitest';
import { differenceOf, type Tolerance } from './clearing.ts';
import { correctedAt, correctedUntil, deadlineOfReport, isEmpty, isSameReport, reportedBy, reportedFrom, warnedAt, workingDayAfter } from './report.ts';

test.each([
  ['2026-10-01', 7, '2026-11-10'],
  ['2026-10-01', 10, '2026-11-13'],
  ['2026-10-01', 12, '2026-11-17'],
  ['2026-10-01', 18, '2026-11-26'], // after Buß- und Bettag
  ['2026-10-01', 30, '2026-12-14'],
  ['2026-10-01', 42, '2027-01-05'], // 24, 25, 26 and 31 December and 1 January are none
  ['2026-12-01', 7, '2027-01-13'], // nor is 6 January
  ['2026-12-01', 10, '2027-01-18'],
])('the %s ends; working day %i after it is %s', (month, nth, day) => expect(workingDayAfter(month, nth)).toBe(day));

test('a report is made in the morning of the working day before, warned of at noon, due at the end of the day', () => {
  expect([reportedFrom('2026-10-01', 7), warnedAt('2026-10-01', 7), reportedBy('2026-10-01', 7)].map((at) => at.toISOString())).toEqual(['2026-11-09T05:00:00.000Z', '2026-11-10T11:00:00.000Z', '2026-11-10T23:00:00.000Z']);
  expect(reportedFrom('2026-06-01', 1).toISOString()).toBe('2026-07-01T04:00:00.000Z');
});

test('a correction is made the next morning, due by the end of the next working day, until the end of the seventh month', () => {
  const friday = new Date('2026-11-20T10:00:00Z');
  expect(correctedAt(friday).toISOString()).toBe('2026-11-21T05:00:00.000Z');
  expect(deadlineOfReport('2026-10-01', { workingDay: 7, now: friday }).toISOString()).toBe('2026-11-23T23:00:00.000Z');
  expect(deadlineOfReport('2026-10-01', { workingDay: 7, now: new Date('2026-11-09T05:00:00Z') })).toEqual(reportedBy('2026-10-01', 7));
  expect(correctedUntil('2026-10-01').toISOString()).toBe('2027-05-31T22:00:00.000Z');
});

test.each([
  [[1n, 2n], [1n, 2n], null],
  [[1n, 2n, 3n], [1n, 5n, 1n], { quarterHours: 2, differenceWattHours: 1n, deviationWattHours: 5n }],
  [[2n, 1n], [1n, 2n], { quarterHours: 2, differenceWattHours: 0n, deviationWattHours: 2n }],
  // A watt-hour is rounding; of a greater quarter hour it may be a hundredth.
  [[1n, 2n, 3n], [2n, 0n, 2n], { quarterHours: 1, differenceWattHours: -2n, deviationWattHours: 2n }, { wattHours: 1n, perMille: 0 }],
  [[990n, 989n, 1_011n], [1_000n, 1_000n, 1_000n], { quarterHours: 2, differenceWattHours: 0n, deviationWattHours: 22n }, { wattHours: 1n, perMille: 10 }],
  [[8n], [10n], null, { wattHours: 2n, perMille: 10 }],
].map(([ours, theirs, difference, tolerance], nth) => [nth, ours, theirs, difference, tolerance ?? { wattHours: 0n, perMille: 0 }] as const))('differences of two sums, %i', (_, ours, theirs, difference, tolerance) =>
  expect(differenceOf(ours as bigint[], theirs as bigint[], tolerance as Tolerance)).toEqual(difference),
);

test('what is missing is a part of what is said', () => {
  const sums = { measured: [0n], profiled: [0n], assumed: 0n, missingDays: 0 };
  expect(isEmpty(sums)).toBe(true);
  expect(isEmpty({ ...sums, missingDays: 1 })).toBe(false);
  expect(isSameReport(sums, { ...sums, missingDays: 1 })).toBe(false);
  expect(isSameReport(sums, { ...sums, assumed: 1n })).toBe(false);
  expect(isSameReport(sums, { ...sums, measured: [1n] })).toBe(false);
  expect(isSameReport(sums, { ...sums })).toBe(true);
});

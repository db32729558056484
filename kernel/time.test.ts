import { expect, test } from 'vitest';
import { addMonths, atLocalTime, dayOf, daysBetween, isLocalDate, parseInstant, quarterHoursOf, startOfDay } from './time.ts';

test.each([['2026-03-29', 92], ['2026-06-01', 96], ['2026-10-25', 100], ['2027-03-28', 92], ['2027-10-31', 100]])('%s has %i quarter hours in Berlin', (day, count) => {
  expect(quarterHoursOf(day)).toHaveLength(count);
});

test('a day begins at local midnight', () => {
  expect(startOfDay('2026-01-01').toISOString()).toBe('2025-12-31T23:00:00.000Z');
  expect(startOfDay('2026-07-01').toISOString()).toBe('2026-06-30T22:00:00.000Z');
  expect(dayOf(new Date('2025-12-31T22:59:59.999Z'))).toBe('2025-12-31');
  expect(dayOf(new Date('2025-12-31T23:00:00Z'))).toBe('2026-01-01');
});

test.each([['2026-03-29', '02:30'], ['2026-10-25', '02:30']])('%s %s does not exist or is doubled, so it is refused', (day, time) => {
  expect(() => atLocalTime(day, time)).toThrow(RangeError);
});

test.each([
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'], ['2026-01-01T00:00:00+01:00', '2025-12-31T23:00:00.000Z'], ['2026-01-01T00:00+01:00', '2025-12-31T23:00:00.000Z'],
  ['2026-01-01T00:00:00', null], ['2026-01-01', null], ['2026-02-30T00:00:00Z', null], ['yesterday', null], ['2026-01-01T25:00:00Z', null],
])('%s is the instant %s', (text, instant) => {
  expect(parseInstant(text)?.toISOString() ?? null).toBe(instant);
});

test.each([['2026-02-29', false], ['2028-02-29', true], ['2026-1-1', false], ['2026-13-01', false]])('%s is a day: %s', (text, is) => {
  expect(isLocalDate(text)).toBe(is);
});

test('days and months count by the calendar', () => {
  expect(daysBetween('2026-03-15', '2027-01-01')).toBe(292);
  expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
});

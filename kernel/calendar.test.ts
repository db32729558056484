import { expect, test } from 'vitest';
import { earliestSupplyStart, isBankingDay, isHoliday, isMarketWorkingDay, isWorkingDay, latestTransmissionDay, nextBankingDay, nextMarketWorkingDay, previousMarketWorkingDay } from './calendar.ts';
import { addDays } from './time.ts';

// The first four are official examples.
test.each([
  ['2025-10-07', '2025-10-05'],
  ['2025-10-05', '2025-10-01'],
  ['2025-09-20', '2025-09-18'],
  ['2025-08-23', '2025-08-21'],
  ['2026-12-01', '2026-11-29'],
  ['2027-01-01', '2026-12-29'],
  ['2026-12-28', '2026-12-22'],
  ['2026-11-19', '2026-11-16'],
  ['2026-04-07', '2026-04-01'],
])('supply from %s must be applied for by %s', (startOn, latest) => {
  expect(latestTransmissionDay(startOn)).toBe(latest);
});

test.each([
  ['2026-11-23', '2026-11-25'], // Monday: Tuesday is the working day between, supply from Wednesday
  ['2026-11-26', '2026-11-28'], // Thursday: Friday between, supply may start on a Saturday
  ['2026-11-27', '2026-12-01'], // Friday: the weekend does not count
  ['2026-12-22', '2026-12-24'],
  ['2026-12-23', '2026-12-29'],
])('an application of %s can reach a start on %s', (sentOn, startOn) => {
  expect(earliestSupplyStart(sentOn)).toBe(startOn);
});

test('the earliest start is the first day whose latest day of transmission has not passed', () => {
  for (let sentOn = '2026-01-01'; sentOn < '2028-01-01'; sentOn = addDays(sentOn, 1)) {
    let startOn = addDays(sentOn, 1);
    while (latestTransmissionDay(startOn) < sentOn) startOn = addDays(startOn, 1);
    expect(earliestSupplyStart(sentOn)).toBe(startOn);
  }
});

test.each([
  '2026-01-01', '2026-01-06', '2026-03-08', '2026-04-03', '2026-04-06', '2026-05-01', '2026-05-14', '2026-05-25', '2026-06-04', '2026-08-15',
  '2026-09-20', '2026-10-03', '2026-10-31', '2026-11-01', '2026-11-18', '2026-12-24', '2026-12-25', '2026-12-26', '2026-12-31',
])('%s is no working day of market communication', (day) => {
  expect(isMarketWorkingDay(day)).toBe(false);
});

test('2027 has no other market holidays than the nineteen', () => {
  const weekdaysOff: string[] = [];
  for (let day = '2027-01-01'; day < '2028-01-01'; day = addDays(day, 1)) if (Temporal.PlainDate.from(day).dayOfWeek < 6 && !isMarketWorkingDay(day)) weekdaysOff.push(day);
  expect(weekdaysOff).toEqual(['2027-01-01', '2027-01-06', '2027-03-08', '2027-03-26', '2027-03-29', '2027-05-06', '2027-05-17', '2027-05-27', '2027-09-20', '2027-11-01', '2027-11-17', '2027-12-24', '2027-12-31']);
});

test.each([
  ['2026-12-24', true],
  ['2026-12-31', true],
  ['2026-12-25', false],
  ['2027-01-01', false],
  ['2027-03-26', false],
  ['2027-03-29', false],
  ['2027-05-06', true], // Ascension Day: banks work
  ['2026-10-03', false], // a Saturday
  ['2026-05-01', false],
])('%s is a banking day: %s', (day, banking) => {
  expect(isBankingDay(day)).toBe(banking);
});

test('a holiday counts in its own state only', () => {
  expect([isHoliday('2026-11-18', 'SN'), isHoliday('2026-11-18', 'BY')]).toEqual([true, false]);
  expect([isHoliday('2026-06-04', 'NW'), isHoliday('2026-06-04', 'SH')]).toEqual([true, false]);
  expect([isWorkingDay('2026-12-24', 'NW'), isWorkingDay('2026-12-25', 'NW'), isWorkingDay('2026-12-27', 'NW')]).toEqual([true, false, false]);
});

test('steps go over weekends and holidays', () => {
  expect(nextMarketWorkingDay('2026-12-23')).toBe('2026-12-28');
  expect(previousMarketWorkingDay('2027-01-01')).toBe('2026-12-30');
  expect(nextBankingDay('2027-03-25')).toBe('2027-03-30');
});

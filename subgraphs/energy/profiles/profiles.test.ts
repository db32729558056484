import { expect, test } from 'vitest';
import { dayTypeOf } from './day-type.ts';
import { dynamisation, dynamisationOn } from './dynamisation.ts';

// Worked values of the profile publisher's formula; 366 is the last day of a leap year.
test.each([
  [1, '1.2420'], [50, '1.2070'], [150, '0.8571'], [250, '0.8462'], [350, '1.2131'], [80, '1.1065'], [100, '1.0288'], [172, '0.8096'], [200, '0.7848'], [300, '1.0168'], [365, '1.2572'], [366, '1.2597'],
])('F(%i) is %s', (day, factor) => {
  expect(dynamisation(day)).toBe(factor);
});

test.each([['2026-01-01', '1.2420'], ['2026-12-31', '1.2572'], ['2024-12-31', '1.2597']])('the factor of %s is %s', (day, factor) => {
  expect(dynamisationOn(day)).toBe(factor);
});

test.each([
  ['2026-11-24', null, 'WT'],
  ['2026-11-28', null, 'SA'],
  ['2026-11-29', null, 'FT'],
  ['2026-12-24', null, 'SA'],
  ['2026-12-25', null, 'FT'],
  ['2026-12-31', null, 'SA'],
  ['2028-12-24', null, 'FT'], // a Sunday
  ['2026-04-03', null, 'FT'], // Good Friday
  ['2026-10-31', null, 'SA'], // Reformation Day is no holiday of all states; a Saturday
  ['2025-10-31', 'SN', 'FT'],
  ['2025-10-31', 'BY', 'WT'],
  ['2026-01-06', 'BY', 'FT'],
  ['2026-01-06', null, 'WT'],
  ['2026-06-04', 'NW', 'FT'], // Corpus Christi
  ['2026-06-04', 'SH', 'WT'],
] as const)('%s in %s is %s', (day, state, type) => {
  expect(dayTypeOf(day, state)).toBe(type);
});

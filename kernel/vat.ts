import type { LocalDate } from './time.ts';

/** German VAT in basis points, by the day from which a rate holds. */
const RATES: readonly (readonly [LocalDate, number])[] = [
  ['2007-01-01', 1900],
  ['2020-07-01', 1600],
  ['2021-01-01', 1900],
];

/** The standard rate on a day. */
export const vatBasisPointsOn = (day: LocalDate): number => RATES.findLast(([from]) => from <= day)?.[1] ?? RATES[0]![1];

import { expect, test } from 'vitest';
import { vatBasisPointsOn } from './vat.ts';

test.each([
  ['2020-06-30', 1900],
  ['2020-07-01', 1600],
  ['2020-12-31', 1600],
  ['2021-01-01', 1900],
  ['2026-12-01', 1900],
])('VAT on %s is %i', (day, rate) => expect(vatBasisPointsOn(day)).toBe(rate));

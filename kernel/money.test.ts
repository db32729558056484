import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocate, priceOf, prorate, roundToCents, vatOn } from './money.ts';

test.each([
  ['0.5', 1n], ['-0.5', -1n], ['0.49', 0n], ['-0.49', 0n], ['1.5', 2n], ['2.5', 3n], ['-2.5', -3n], ['99999999999999999999.5', 100000000000000000000n],
])('%s cents round to %s', (cents, rounded) => {
  expect(roundToCents(cents)).toBe(rounded);
});

test.each([
  // market-rules 7: 1,780 kWh at 27.00 ct and 1,720 kWh at 28.00 ct
  [1_780_000n, '27.00', 48_060n], [1_720_000n, '28.00', 48_160n], [1n, '27', 0n], [0n, '27', 0n], [-1_780_000n, '27.00', -48_060n], [500n, '1', 1n], [-500n, '1', -1n],
])('%s Wh at %s ct/kWh cost %s ct', (energy, price, cents) => {
  expect(priceOf(energy, price)).toBe(cents);
});

test('the worked invoice: a base fee of 120 EUR a year from 15 March costs 96.00, VAT on 1,082.20 is 205.62', () => {
  expect(prorate('12000', 292, 365)).toBe(9600n);
  expect(vatOn(108_220n, 1900)).toBe(20_562n);
});

test.each([
  [100n, [1n, 1n, 1n], [34n, 33n, 33n]], [-100n, [1n, 1n, 1n], [-33n, -33n, -34n]], [0n, [3n, 4n], [0n, 0n]], [5n, [0n, 0n], [3n, 2n]], [7n, [7n], [7n]],
])('%s is allocated to %s as %s', (total, weights, parts) => {
  expect(allocate(total, weights)).toEqual(parts);
});

test('parts always add up to the total and stay within one of their share', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 20 }), (total, weights) => {
      const parts = allocate(total, weights);
      const sum = weights.reduce((a, b) => a + b, 0n);
      expect(parts.reduce((a, b) => a + b, 0n)).toBe(total);
      if (sum > 0n) parts.forEach((part, index) => expect(Math.abs(Number(part * sum - total * weights[index]!))).toBeLessThanOrEqual(Number(sum)));
    }),
  );
});

test('a credit is the exact negative of its charge', () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 99_999 }), (energy, price) => {
    expect(priceOf(-energy, `${price / 1000}`)).toBe(-priceOf(energy, `${price / 1000}`));
  }));
});

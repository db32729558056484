import { Decimal } from 'decimal.js';
import type { WattHours } from './energy.ts';

/** Whole cents. Never a float. */
export type Cents = bigint;
export type Money = Readonly<{ cents: Cents; currency: 'EUR' }>;
/** A decimal number as text, such as a unit price that keeps its decimals. */
export type DecimalText = string;

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP }); // half away from zero

export const euros = (cents: Cents): Money => ({ cents, currency: 'EUR' });

/** The one place where a product of decimals becomes cents: half away from zero, so that a credit is the exact negative of its charge. */
export const roundToCents = (cents: Decimal.Value): Cents => BigInt(new Exact(cents).toFixed(0));

/** Energy at a price in ct/kWh, rounded once. */
export const priceOf = (energy: WattHours, centsPerKwh: DecimalText): Cents => roundToCents(new Exact(energy.toString()).times(centsPerKwh).dividedBy(1000));

/** A yearly or monthly amount in cents for `days` of `ofDays`, rounded once. */
export const prorate = (cents: DecimalText | Cents, days: number, ofDays: number): Cents => roundToCents(new Exact(cents.toString()).times(days).dividedBy(ofDays));

/** VAT on a net sum; the rate in basis points (1900 is 19 %). */
export const vatOn = (net: Cents, basisPoints: number): Cents => roundToCents(new Exact(net.toString()).times(basisPoints).dividedBy(10_000));

/** Splits a total in proportion to weights; the parts add up to it exactly (largest remainder, earlier parts win ties). */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) {
    if (weights.length === 0 || total === 0n) return weights.map(() => 0n);
    return allocate(total, weights.map(() => 1n));
  }
  const parts = weights.map((weight) => floorDivide(total * weight, sum));
  const remainders = weights.map((weight, index) => ({ index, rest: total * weight - parts[index]! * sum }));
  if (sum < 0n) remainders.forEach((entry) => (entry.rest = -entry.rest));
  let left = total - parts.reduce((a, b) => a + b, 0n);
  for (const { index } of remainders.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break;
    parts[index]! += 1n;
    left -= 1n;
  }
  return parts;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

// Prices in whole hundred-thousandths of EUR/MWh, for sums over many quarter hours.
import { Decimal } from 'decimal.js';
import type { DecimalText } from '@stromgraph/kernel/money';

const DECIMALS = 5;
export const UNITS_PER_EUR = 10 ** DECIMALS;

/** Curves and trades have at most five decimals; another price is a fault. */
export function toPriceUnits(eurPerMwh: DecimalText): number {
  const units = Math.round(Number(eurPerMwh) * UNITS_PER_EUR);
  if (!Number.isSafeInteger(units) || hasMoreDecimals(eurPerMwh)) throw new RangeError(`${eurPerMwh} EUR/MWh is no price with ${DECIMALS} decimals`);
  return units;
}

/** Zeros at the end are none. */
function hasMoreDecimals(text: DecimalText): boolean {
  const point = text.indexOf('.');
  return point >= 0 && text.length > point + 1 + DECIMALS && /[^0]/.test(text.slice(point + 1 + DECIMALS));
}

/** A sum of units divided by a weight and rounded half away from zero, as EUR/MWh. */
export function meanPrice(sum: bigint, weight: bigint): DecimalText {
  const size = sum < 0n ? -sum : sum;
  const units = (2n * size + weight) / (2n * weight);
  return new Decimal((sum < 0n ? -units : units).toString()).div(UNITS_PER_EUR).toFixed(DECIMALS);
}

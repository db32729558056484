import { Decimal } from 'decimal.js';

/** Enough digits for every product and sum of energies, shares and prices. */
export const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP }); // half away from zero

/** Doubles err by less than this share of what was added up, however many hundred terms there are. */
const ERROR = 1e-13;
const LEAST_ERROR = 1e-6;

/**
 * Rounds half away from zero. `about` is calculated in doubles from terms that have the sum `size` without their signs; where it lies
 * too near to a half to be sure, the exact figure decides.
 */
export function roundAbout(about: number, size: number, exactly: () => Decimal): number {
  const positive = Math.abs(about);
  const whole = Math.floor(positive);
  const rest = positive - whole;
  if (Math.abs(rest - 0.5) <= LEAST_ERROR + size * ERROR) return exactly().toDecimalPlaces(0).toNumber();
  const rounded = rest > 0.5 ? whole + 1 : whole;
  return about < 0 ? -rounded : rounded;
}

/** Whether one amount exceeds another, calculated in doubles as long as they are sure. */
export const exceeds = (left: number, right: number, exactly: () => boolean): boolean =>
  Math.abs(left - right) <= LEAST_ERROR + (Math.abs(left) + Math.abs(right)) * ERROR ? exactly() : left > right;

import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Of t⁴, t³, t², t and 1, in units of 10⁻¹², so that the polynomial is exact. */
const COEFFICIENTS = [-392n, 320_000n, -70_200_000n, 2_100_000_000n, 1_240_000_000_000n];
/** Four decimals of the 10⁻¹² above. */
const ROUNDED_UNIT = 100_000_000n;

/** F(t) of the BDEW load profiles: by how much a household uses more or less on the t-th day of the year; rounded to four decimals. */
export function dynamisation(dayOfYear: number): DecimalText {
  const exact = COEFFICIENTS.reduce((sum, coefficient) => sum * BigInt(dayOfYear) + coefficient, 0n);
  const tenThousandths = (exact + ROUNDED_UNIT / 2n) / ROUNDED_UNIT; // never negative
  return `${tenThousandths / 10_000n}.${String(tenThousandths % 10_000n).padStart(4, '0')}`;
}

export const dynamisationOn = (day: LocalDate): DecimalText => dynamisation(Temporal.PlainDate.from(day).dayOfYear);

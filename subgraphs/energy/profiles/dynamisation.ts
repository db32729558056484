import type { DecimalText } from '@stromgraph/kernel/money';
import { keptPerDay, type LocalDate } from '@stromgraph/kernel/time';

/**
 * F(t) of the BDEW load profiles: by how much a household uses more or less on the t-th day of the year; four decimals. Evaluated
 * in double precision as the published sums are: the exact value lies half-way on days 50, 150, 250 and 350, and theirs is the lower one on 50 and 250.
 */
export const dynamisation = (t: number): DecimalText => (-3.92e-10 * t ** 4 + 3.2e-7 * t ** 3 - 7.02e-5 * t ** 2 + 2.1e-3 * t + 1.24).toFixed(4);

export const dynamisationOn: (day: LocalDate) => DecimalText = keptPerDay((day) => dynamisation(Temporal.PlainDate.from(day).dayOfYear));

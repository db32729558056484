import { Decimal } from 'decimal.js';
import { type Cents, type DecimalText, roundToCents } from '@stromgraph/kernel/money';
import { daysBetween, daysInYear, type LocalDate } from '@stromgraph/kernel/time';
import type { Charge, Period } from '../invoicing/invoice.ts';

/** The base fee by days: twelve monthly fees a year, a day's share of 365 or 366 (market practice for Grundpreise), rounded once. */
export const rateFixFee = (eurPerMonth: DecimalText, period: Period, vatBasisPoints: number): Charge => ({
  chargeType: 'FIXED_FEE',
  description: 'Grundpreis',
  wattHours: null,
  days: daysBetween(period.from, period.until),
  unitPrice: eurPerMonth,
  netCents: feeFor(eurPerMonth, period),
  vatBasisPoints,
  period,
});

function feeFor(eurPerMonth: DecimalText, { from, until }: Period): Cents {
  const centsPerYear = new Decimal(eurPerMonth).times(1200);
  let cents = new Decimal(0);
  for (let start: LocalDate = from; start < until; ) {
    const nextYear = `${Number(start.slice(0, 4)) + 1}-01-01`;
    const end = nextYear < until ? nextYear : until;
    cents = cents.plus(centsPerYear.times(daysBetween(start, end)).dividedBy(daysInYear(start)));
    start = end;
  }
  return roundToCents(cents);
}

import { type DecimalText, priceOf, roundToCents } from '@stromgraph/kernel/money';
import type { WattHours } from '@stromgraph/kernel/energy';
import { Decimal } from 'decimal.js';
import { addMonths, type LocalDate } from '@stromgraph/kernel/time';
import type { Charge, Period } from '../invoicing/invoice.ts';

/** A bonus per kilowatt-hour lowers the bill; nothing when none was agreed. */
export function rateVariableBonus(wattHours: WattHours, ctPerKwh: DecimalText, period: Period, vatBasisPoints: number): Charge[] {
  const netCents = -priceOf(wattHours, ctPerKwh);
  if (netCents === 0n) return [];
  return [{ chargeType: 'BONUS', description: 'Bonus je kWh', wattHours, days: null, unitPrice: ctPerKwh, netCents, vatBasisPoints, period }];
}

/** The fixed bonus is earned by a whole year of supply: it is on the bill whose period holds the last day of that year. */
export function rateFixedBonus(eur: DecimalText, startOn: LocalDate, period: Period, vatBasisPoints: number): Charge[] {
  const earnedOn = addMonths(startOn, 12);
  const netCents = -roundToCents(new Decimal(eur).times(100));
  if (netCents === 0n || !(period.from < earnedOn && earnedOn <= period.until)) return [];
  return [{ chargeType: 'BONUS', description: 'Neukundenbonus', wattHours: null, days: null, unitPrice: eur, netCents, vatBasisPoints, period }];
}

import { type DecimalText, priceOf } from '@stromgraph/kernel/money';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { Charge, Period } from '../invoicing/invoice.ts';

/** Energy at the working price of the period. */
export const rateEnergy = (wattHours: WattHours, price: DecimalText, period: Period, vatBasisPoints: number): Charge => ({
  chargeType: 'ENERGY',
  description: 'Arbeitspreis',
  wattHours,
  days: null,
  unitPrice: price,
  netCents: priceOf(wattHours, price),
  vatBasisPoints,
  period,
});

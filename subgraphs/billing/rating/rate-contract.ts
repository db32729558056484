import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Charge } from '../invoicing/invoice.ts';
import type { PricedPeriod } from './agreed-price.ts';
import { rateFixedBonus, rateVariableBonus } from './rate-bonus.ts';
import { rateEnergy } from './rate-energy.ts';
import { rateFixFee } from './rate-fix-fee.ts';

export type MeasuredPeriod = PricedPeriod & Readonly<{ wattHours: WattHours }>;

/** The charges of one contract and period, in the order in which the bill lists them. */
export function rateContract(parts: readonly MeasuredPeriod[], { startOn, vatBasisPoints }: { startOn: LocalDate; vatBasisPoints: number }): Charge[] {
  return [
    ...parts.map(({ wattHours, price, period }) => rateEnergy(wattHours, price.workingPriceCtPerKwh, period, vatBasisPoints)),
    ...parts.map(({ price, period }) => rateFixFee(price.fixFeeEurPerMonth, period, vatBasisPoints)),
    ...parts.flatMap(({ wattHours, price, period }) => rateVariableBonus(wattHours, price.variableBonusCtPerKwh, period, vatBasisPoints)),
    ...parts.flatMap(({ price, period }) => rateFixedBonus(price.fixedBonusEur, startOn, period, vatBasisPoints)),
  ];
}

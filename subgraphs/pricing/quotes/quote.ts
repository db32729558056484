import { Decimal } from 'decimal.js';
import type { WattHours } from '@stromgraph/kernel/energy';
import { type Cents, type DecimalText, priceOf, roundToCents, vatOn } from '@stromgraph/kernel/money';
import type { OfferedPrice } from '../campaigns/price.ts';

export type YearlyCost = Readonly<{
  energyCents: Cents;
  fixFeeCents: Cents;
  netCents: Cents;
  vatCents: Cents;
  grossCents: Cents;
  bonusCents: Cents;
}>;
export type Offer = Readonly<{ price: OfferedPrice; grossWorkingPriceCtPerKwh: DecimalText; year: YearlyCost | null }>;

const MONTHS = 12;

/** What a year costs at a price; VAT once on the net sum. Null where the market prices the energy. */
export function offerOf(price: OfferedPrice, wattHours: WattHours, vatBasisPoints: number): Offer {
  const gross = new Decimal(price.workingPriceCtPerKwh)
    .times(10_000 + vatBasisPoints)
    .dividedBy(10_000)
    .toFixed(2, Decimal.ROUND_HALF_UP);
  return {
    price,
    grossWorkingPriceCtPerKwh: gross,
    year: price.tariff.kind === 'DYNAMIC' ? null : yearlyCost(price, wattHours, vatBasisPoints),
  };
}

function yearlyCost(price: OfferedPrice, wattHours: WattHours, vatBasisPoints: number): YearlyCost {
  const energyCents = priceOf(wattHours, price.workingPriceCtPerKwh);
  const fixFeeCents = roundToCents(new Decimal(price.fixFeeCentsPerMonth).times(MONTHS));
  const netCents = energyCents + fixFeeCents;
  const vatCents = vatOn(netCents, vatBasisPoints);
  return {
    energyCents,
    fixFeeCents,
    netCents,
    vatCents,
    grossCents: netCents + vatCents,
    bonusCents: price.fixedBonusCents + priceOf(wattHours, price.variableBonusCtPerKwh),
  };
}

/** Cheapest first; what has no yearly cost comes last. */
export function byCost(a: Offer, b: Offer): number {
  if (!a.year || !b.year) return Number(b.year !== null) - Number(a.year !== null);
  return a.year.grossCents < b.year.grossCents ? -1 : Number(a.year.grossCents > b.year.grossCents);
}

import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Period } from '../invoicing/invoice.ts';

/** The price of a contract from a day on, as it was agreed. */
export type AgreedPrice = Readonly<{
  validFrom: LocalDate;
  campaignId: string;
  workingPriceCtPerKwh: DecimalText;
  fixFeeEurPerMonth: DecimalText;
  variableBonusCtPerKwh: DecimalText;
  fixedBonusEur: DecimalText;
}>;

export type PricedPeriod = Readonly<{ period: Period; price: AgreedPrice }>;

/** Splits a period where the agreed price changes; null when its first day has no price. */
export function splitByPrice(period: Period, prices: readonly AgreedPrice[]): PricedPeriod[] | null {
  const ordered = prices.filter((price) => price.validFrom < period.until).toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  const first = ordered.findLastIndex((price) => price.validFrom <= period.from);
  if (first < 0) return null;
  return ordered.slice(first).map((price, index, rest) => ({
    price,
    period: { from: index === 0 ? period.from : price.validFrom, until: rest[index + 1]?.validFrom ?? period.until },
  }));
}

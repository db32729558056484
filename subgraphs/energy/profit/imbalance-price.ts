import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

/** What imbalance costs in each quarter hour of a day, one price for all control areas; an estimate until it is final. */
export type PublishedImbalancePrices = Readonly<{ deliveryDay: LocalDate; version: number; final: boolean; publishedAt: Date; eurPerMwh: readonly DecimalText[] }>;
export type ImbalancePrices = PublishedImbalancePrices & Readonly<{ importedAt: Date }>;

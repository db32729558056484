import type { WattHours } from '@stromgraph/kernel/energy';
import { type Cents, type DecimalText, roundToCents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { Decimal } from 'decimal.js';

export type MeterOfContract = Readonly<{ meterId: string; contractId: string }>;
/** A period between two register readings of a customer who is balanced on a load profile: known by the days of the readings, and as long as from one instant to the other. */
export type ReadPeriod = MeterOfContract & Readonly<{ gridAreaId: string; from: LocalDate; until: LocalDate; fromAt: Date; untilAt: Date; measuredWattHours: WattHours }>;
/** What its load profile has allocated to it, exactly, and what a MWh of that costs on average; null where neither a month nor a curve has a price. Provisional: not of months' official prices alone. */
export type Allocation = Readonly<{ wattHours: DecimalText; eurPerMwh: DecimalText | null; provisional: boolean }>;
/** What a MWh of over- and under-quantities of a month costs. */
export type PublishedQuantityPrice = Readonly<{ month: LocalDate; version: number; publishedAt: Date; eurPerMwh: DecimalText }>;
export type QuantityPrice = PublishedQuantityPrice & Readonly<{ importedAt: Date }>;
export type Quantity = Readonly<{ allocatedWattHours: WattHours; differenceWattHours: WattHours; eurPerMwh: DecimalText | null; amountCents: Cents | null; provisional: boolean }>;
export type QuantitySettlement = Omit<ReadPeriod, 'fromAt' | 'untilAt'> & Quantity & Readonly<{ id: string; version: number; settledAt: Date; withdrawn: boolean }>;

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
const EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR = 10_000;

/** Allocated less measured: plus (over-quantity) was paid for and not used, the grid operator pays it back; minus (under-quantity) is charged. */
export function settleQuantity(measuredWattHours: WattHours, { wattHours, eurPerMwh, provisional }: Allocation): Quantity {
  const allocatedWattHours = BigInt(new Exact(wattHours).toFixed(0));
  const differenceWattHours = allocatedWattHours - measuredWattHours;
  return { allocatedWattHours, differenceWattHours, eurPerMwh, amountCents: amountAt(differenceWattHours, eurPerMwh), provisional };
}

/** Whether two workings say the same of energy and of money. */
export function isSameQuantity(one: Quantity, other: Quantity): boolean {
  const isSamePrice = one.eurPerMwh === null || other.eurPerMwh === null ? one.eurPerMwh === other.eurPerMwh : new Exact(one.eurPerMwh).eq(other.eurPerMwh);
  return isSamePrice && one.provisional === other.provisional && one.allocatedWattHours === other.allocatedWattHours;
}

const amountAt = (differenceWattHours: WattHours, eurPerMwh: DecimalText | null): Cents | null =>
  eurPerMwh === null ? null : roundToCents(new Exact(differenceWattHours.toString()).times(eurPerMwh).dividedBy(EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR));

import type { WattHours } from '@stromgraph/kernel/energy';
import { type Cents, type DecimalText, roundToCents } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { Decimal } from 'decimal.js';

export type MeterOfContract = Readonly<{ meterId: string; contractId: string }>;
/** A period between two register readings of a customer who is balanced on a load profile: known by the days of the readings, and as long as from one instant to the other. */
export type ReadPeriod = MeterOfContract & Readonly<{ gridAreaId: string; from: LocalDate; until: LocalDate; fromAt: Date; untilAt: Date; measuredWattHours: WattHours }>;
/** What its load profile has allocated to it, exactly, and what a MWh of that was worth on average; null where no curve had a price. */
export type Allocation = Readonly<{ wattHours: DecimalText; eurPerMwh: DecimalText | null }>;
export type Quantity = Readonly<{ allocatedWattHours: WattHours; differenceWattHours: WattHours; eurPerMwh: DecimalText | null; amountCents: Cents | null }>;
export type QuantitySettlement = Omit<ReadPeriod, 'fromAt' | 'untilAt'> & Quantity & Readonly<{ id: string; version: number; settledAt: Date; withdrawn: boolean }>;

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
const EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR = 10_000;

/** Allocated less measured: plus (over-quantity) was paid for and not used, the grid operator pays it back; minus (under-quantity) is charged. */
export function settleQuantity(measuredWattHours: WattHours, { wattHours, eurPerMwh }: Allocation): Quantity {
  const allocatedWattHours = BigInt(new Exact(wattHours).toFixed(0));
  const differenceWattHours = allocatedWattHours - measuredWattHours;
  const amountCents = eurPerMwh === null ? null : roundToCents(new Exact(differenceWattHours.toString()).times(eurPerMwh).dividedBy(EUR_PER_MWH_TO_CENTS_PER_WATT_HOUR));
  return { allocatedWattHours, differenceWattHours, eurPerMwh, amountCents };
}

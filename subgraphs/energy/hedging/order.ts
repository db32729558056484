import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import { fault, type InputFault, type Problem } from '@stromgraph/kernel/problem';
import { faultsOfDelivery, isPrice, PRICE_ALLOWED, type Side } from './trade.ts';

export type OrderStatus = 'NEW' | 'WORKING' | 'PART_FILLED' | 'FILLED' | 'REJECTED' | 'EXPIRED';
export type NewOrder = Readonly<{
  clientOrderId: string;
  gridAreaId: string;
  side: Side;
  from: Date;
  until: Date;
  kilowatts: bigint;
  limitPricePerMwh: DecimalText | null;
}>;
export type HedgeOrder = NewOrder &
  Readonly<{
    id: string;
    origin: 'AUTOMATIC' | 'MANUAL';
    breachId: string | null;
    /** Of a tenor's limit, where that gave cause. */
    tenorBreachId: string | null;
    status: OrderStatus;
    filledKilowatts: bigint;
    reason: string | null;
    placedAt: Date;
    placedBy: string;
    changedAt: Date;
  }>;
export type HedgeOrderState = Readonly<{ id: string; orderId: string; status: OrderStatus; filledKilowatts: bigint; reason: string | null; at: Date }>;
export type HedgingSuspension = Readonly<{ id: string; gridAreaId: string; from: Date; until: Date; reason: string; suspendedBy: string; releasedAt: Date | null; releasedBy: string | null; releaseReason: string | null }>;
export type HedgingAlreadySuspended = Problem<'HedgingAlreadySuspended', { suspension: HedgingSuspension }>;
export type HedgingNotSuspended = Problem<'HedgingNotSuspended', { gridAreaId: string }>;

/** What the market place says of an order: it took it, executed some of it, or will not do (more of) it. */
export type OrderReport =
  | Readonly<{ kind: 'ACCEPTED' }>
  | Readonly<{ kind: 'FILL'; kilowatts: bigint }>
  | Readonly<{ kind: 'REJECTED' | 'EXPIRED'; reason: string }>;
type Standing = Pick<HedgeOrder, 'kilowatts' | 'status' | 'filledKilowatts' | 'reason'>;

const LAST: readonly OrderStatus[] = ['FILLED', 'REJECTED', 'EXPIRED'];
export const isUnderWay = ({ status }: Pick<HedgeOrder, 'status'>): boolean => !LAST.includes(status);

/** The order after a report; null when the report says nothing new or cannot be true of it. */
export function afterReport(order: Standing, report: OrderReport): Standing | null {
  if (!isUnderWay(order)) return null;
  switch (report.kind) {
    case 'ACCEPTED':
      return order.status === 'NEW' ? { ...order, status: 'WORKING' } : null;
    case 'FILL': {
      const filledKilowatts = order.filledKilowatts + report.kilowatts;
      if (report.kilowatts <= 0n || filledKilowatts > order.kilowatts) return null;
      return { ...order, filledKilowatts, status: filledKilowatts === order.kilowatts ? 'FILLED' : 'PART_FILLED' };
    }
    case 'REJECTED':
      return order.filledKilowatts > 0n ? null : { ...order, status: 'REJECTED', reason: report.reason };
    case 'EXPIRED':
      return { ...order, status: 'EXPIRED', reason: report.reason };
  }
}

const WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR = 250n;

/**
 * The power that closes the open energy of a quarter hour: the nearest whole kilowatt, the smaller of two as near, so that what
 * is left is never more than what was open. Null when there is nothing tradable.
 */
export function orderFor(openWattHours: WattHours): { side: Side; kilowatts: bigint } | null {
  const open = openWattHours < 0n ? -openWattHours : openWattHours;
  const half = WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR / 2n;
  const kilowatts = (open + half - 1n) / WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR;
  return kilowatts > 0n ? { side: openWattHours > 0n ? 'BUY' : 'SELL', kilowatts } : null;
}

/** What is wrong with an order of a person; nothing when it may be placed. Whether its period still trades is for the market place to say. */
export function faultsOfOrder({ clientOrderId, from, until, kilowatts, limitPricePerMwh }: NewOrder, now: Date): InputFault[] {
  const faults: InputFault[] = [];
  if (clientOrderId.length < 1 || clientOrderId.length > 255) faults.push(fault('clientOrderId', 'has a bad length', '1 to 255 characters'));
  faults.push(...faultsOfDelivery({ from, until, kilowatts }, now));
  if (limitPricePerMwh !== null && !isPrice(limitPricePerMwh)) faults.push(fault('limitPricePerMwh', `${limitPricePerMwh} is not a price`, PRICE_ALLOWED));
  return faults;
}

const MAX_REASON = 500;
const MAX_SUSPENSION_DAYS = 31;

export const faultsOfReason = (reason: string): InputFault[] =>
  reason.trim().length < 1 || reason.length > MAX_REASON ? [fault('reason', 'says nothing or too much', `1 to ${MAX_REASON} characters`)] : [];

export function faultsOfSuspension({ until, reason }: { until: Date; reason: string }, now: Date): InputFault[] {
  const latest = new Date(now.getTime() + MAX_SUSPENSION_DAYS * 86_400_000);
  const isOutside = until <= now || until > latest;
  return [...(isOutside ? [fault('until', 'is not a time to come', `after ${now.toISOString()}, at most ${MAX_SUSPENSION_DAYS} days later`)] : []), ...faultsOfReason(reason)];
}

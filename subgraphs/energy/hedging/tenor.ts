import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import { fault, type InputFault } from '@stromgraph/kernel/problem';
import { QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import type { LimitRule } from '../positions/position.ts';
import { Exact } from '../positions/round.ts';
import type { Tenor } from '../profit/hedge-ratio.ts';
import type { Side } from './trade.ts';

/** What is open of an area in the next week, month, quarter or year, with its limit. `pendingWattHours` is what orders under way will deliver of it, sales negative. */
export type TenorPosition = Readonly<{
  tenor: Tenor;
  from: Date;
  until: Date;
  demandWattHours: WattHours;
  openWattHours: WattHours;
  pendingWattHours: WattHours;
  /** Mean of its positions; null unless each has one. */
  priceEurPerMwh: DecimalText | null;
  percent: DecimalText;
  wattHoursPerHour: WattHours;
}>;
export type TenorLimit = Readonly<{ tenor: Tenor; percent: DecimalText; wattHoursPerHour: WattHours; setAt: Date; setBy: string }>;
export type TenorBreach = Readonly<{ id: string; gridAreaId: string; tenor: Tenor; from: Date; until: Date; rule: LimitRule; openWattHours: WattHours; openedAt: Date }>;
export type BaseOrder = Readonly<{ side: Side; kilowatts: bigint }>;

/** Those that have limits, the longest first; the next day has quarter hours with limits of their own. */
export const LIMITED_TENORS: readonly Tenor[] = ['YEAR', 'QUARTER', 'MONTH', 'WEEK'];
const WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR = 250n;
const QUARTERS = 4n;

const quarterHoursOf = ({ from, until }: { from: Date; until: Date }): bigint => BigInt((until.getTime() - from.getTime()) / QUARTER_HOUR_MS);
const sizeOf = (wattHours: WattHours): WattHours => (wattHours < 0n ? -wattHours : wattHours);

/** The rule that fires: exactly at a limit is within it. */
export function breachOf({ demandWattHours, openWattHours, percent, wattHoursPerHour, ...period }: TenorPosition): LimitRule | null {
  if (baseFor(openWattHours, period) === null) return null;
  if (new Exact(String(sizeOf(openWattHours))).times(100).gt(new Exact(percent).times(String(sizeOf(demandWattHours))))) return 'PCT';
  return sizeOf(openWattHours) * QUARTERS > wattHoursPerHour * quarterHoursOf(period) ? 'MWH' : null;
}

/** The constant power that leaves the least open over a period: the nearest whole kilowatt to the mean, the smaller of two as near. Null when that is none. */
export function baseFor(openWattHours: WattHours, period: { from: Date; until: Date }): BaseOrder | null {
  const unit = WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR * quarterHoursOf(period);
  const kilowatts = (2n * sizeOf(openWattHours) + unit - 1n) / (2n * unit);
  return kilowatts > 0n ? { side: openWattHours > 0n ? 'BUY' : 'SELL', kilowatts } : null;
}

/**
 * Orders for the breached tenors that have none: the longest product first, and what it will deliver is open no longer in a shorter one
 * within it. Nothing where what is under way mends it already.
 */
export function ordersFor<Wanted extends TenorPosition>(wanted: readonly Wanted[]): (Wanted & BaseOrder)[] {
  const placed: (Wanted & BaseOrder)[] = [];
  for (const tenor of LIMITED_TENORS)
    for (const position of wanted.filter((one) => one.tenor === tenor)) {
      const coming = placed.reduce((sum, order) => sum + energyWithin(order, position), position.pendingWattHours);
      const open = position.openWattHours - coming;
      const order = breachOf({ ...position, openWattHours: open }) && baseFor(open, position);
      if (order && (open > 0n) === (position.openWattHours > 0n)) placed.push({ ...position, ...order });
    }
  return placed;
}

function energyWithin({ side, kilowatts, from, until }: BaseOrder & { from: Date; until: Date }, period: { from: Date; until: Date }): WattHours {
  const overlap = { from: new Date(Math.max(from.getTime(), period.from.getTime())), until: new Date(Math.min(until.getTime(), period.until.getTime())) };
  if (overlap.until <= overlap.from) return 0n;
  const wattHours = kilowatts * WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR * quarterHoursOf(overlap);
  return side === 'BUY' ? wattHours : -wattHours;
}

/** EUR/MWh: how far from the curve an automatic order may be executed. */
const MARGIN = 150;
/** The worst price that an order for it accepts; null where no curve says one. */
export const worstPriceOf = ({ priceEurPerMwh, openWattHours }: Pick<TenorPosition, 'priceEurPerMwh' | 'openWattHours'>): DecimalText | null =>
  priceEurPerMwh === null ? null : new Exact(priceEurPerMwh).plus(openWattHours > 0n ? MARGIN : -MARGIN).toFixed();

const MAX_PERCENT = 1_000;
const PERCENT = /^\d{1,4}(\.\d{1,4})?$/;
export type NewTenorLimit = Readonly<{ tenor: Tenor; limit: Readonly<{ percent: string; wattHoursPerHour: bigint }> | null }>;

/** What is wrong with a limit; nothing when it may be set. */
export function faultsOfTenorLimit({ tenor, limit }: NewTenorLimit): InputFault[] {
  const faults: InputFault[] = [];
  if (!LIMITED_TENORS.includes(tenor)) faults.push(fault('tenor', 'has limits per quarter hour', LIMITED_TENORS.toReversed().join(', ')));
  if (limit && !(PERCENT.test(limit.percent) && Number(limit.percent) <= MAX_PERCENT)) faults.push(fault('limit.percent', `${limit.percent} is not a share`, `0 to ${MAX_PERCENT} with at most 4 decimals`));
  if (limit && limit.wattHoursPerHour < 0n) faults.push(fault('limit.wattHoursPerHour', 'is negative', '0 or more'));
  return faults;
}

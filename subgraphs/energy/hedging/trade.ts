import type { WattHours } from '@stromgraph/kernel/energy';
import type { DecimalText } from '@stromgraph/kernel/money';
import { fault, type InputFault, type Problem } from '@stromgraph/kernel/problem';
import { addMonths, atLocalTime, dayOf, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import { faultsOfName } from './counterparty.ts';

export type Side = 'BUY' | 'SELL';
export type TradeProduct = 'BASE' | 'PEAK' | 'HOUR' | 'QUARTER_HOUR' | 'BLOCK';
export type NewTrade = Readonly<{
  gridAreaId: string;
  side: Side;
  from: Date;
  until: Date;
  kilowatts: bigint;
  pricePerMwh: DecimalText;
  counterparty: string;
}>;
export type Trade = NewTrade & Readonly<{ id: string; product: TradeProduct; wattHours: WattHours; recordedAt: Date; recordedBy: string }>;
/** How a trade came to count no longer: another took its place, or none. */
export type TradeAmendment = Readonly<{ tradeId: string; replacedBy: string | null; reason: string; amendedAt: Date; amendedBy: string }>;
export type TradeNotFound = Problem<'TradeNotFound', { tradeId: string }>;
export type TradeNoLongerStands = Problem<'TradeNoLongerStands', { tradeId: string; replacedById: string | null }>;
export type TradeCorrectionsEnded = Problem<'TradeCorrectionsEnded', { tradeId: string; endedAt: Date }>;
export type GridAreaNotFound = Problem<'GridAreaNotFound', { gridAreaId: string }>;

const MAX_KILOWATTS = 10_000_000n;
const MAX_DAYS = 3 * 366;
/** Nobody sells power for longer ahead; further on a year was mistyped, and the book would be worked out up to then. */
const MAX_YEARS_AHEAD = 10;
const HOUR_MS = 4 * QUARTER_HOUR_MS;
const WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR = 250n;
const PRICE = /^-?\d{1,5}(\.\d{1,5})?$/;
const FRIDAY = 5;

/** What is wrong with a trade; nothing when it may be recorded. A period that has begun may still be traded, one whose first quarter hour is over may not. */
export const faultsOfTrade = ({ from, until, kilowatts, pricePerMwh, counterparty }: NewTrade, now: Date): InputFault[] => [
  ...faultsOfDelivery({ from, until, kilowatts }, now),
  ...faultsOfPrice(pricePerMwh),
  ...faultsOfName('counterparty', counterparty),
];

/** What is wrong with power over a period. */
export function faultsOfDelivery({ from, until, kilowatts }: Pick<NewTrade, 'from' | 'until' | 'kilowatts'>, now: Date): InputFault[] {
  const faults: InputFault[] = [];
  if (!isQuarterHour(from)) faults.push(fault('from', 'is not the start of a quarter hour', 'minutes 00, 15, 30 or 45'));
  else if (from.getTime() + QUARTER_HOUR_MS <= now.getTime())
    faults.push(
      fault(
        'from',
        'lies in the past',
        `${new Date(Math.floor(now.getTime() / QUARTER_HOUR_MS) * QUARTER_HOUR_MS).toISOString()} or later`,
      ),
    );
  if (!isQuarterHour(until)) faults.push(fault('until', 'is not the end of a quarter hour', 'minutes 00, 15, 30 or 45'));
  else if (until <= from) faults.push(fault('until', 'is not after from', 'at least a quarter hour after from'));
  else if (until.getTime() - from.getTime() > MAX_DAYS * 24 * HOUR_MS)
    faults.push(fault('until', 'is too far from from', `at most ${MAX_DAYS} days after from`));
  else if (until > lastDelivery(now)) faults.push(fault('until', 'lies too far ahead', `${lastDelivery(now).toISOString()} or earlier`));
  return [...faults, ...faultsOfPower(kilowatts)];
}

const lastDelivery = (now: Date): Date => startOfDay(addMonths(`${dayOf(now).slice(0, 4)}-01-01`, (MAX_YEARS_AHEAD + 1) * 12));

export const faultsOfPower = (kilowatts: bigint): InputFault[] =>
  kilowatts < 1n || kilowatts > MAX_KILOWATTS ? [fault('kilowatts', `${kilowatts} is not a tradable power`, `1 to ${MAX_KILOWATTS}`)] : [];

export const PRICE_ALLOWED = '-99999 to 99999 EUR/MWh with at most 5 decimals';
export const isPrice = (text: string): boolean => PRICE.test(text);
export const faultsOfPrice = (pricePerMwh: string): InputFault[] =>
  isPrice(pricePerMwh) ? [] : [fault('pricePerMwh', `${pricePerMwh} is not a price`, PRICE_ALLOWED)];

export const energyOfTrade = ({ kilowatts, from, until }: Pick<NewTrade, 'kilowatts' | 'from' | 'until'>): WattHours =>
  kilowatts * WATT_HOURS_PER_KILOWATT_AND_QUARTER_HOUR * BigInt((until.getTime() - from.getTime()) / QUARTER_HOUR_MS);

/** What traders call the period. */
export function productOf(from: Date, until: Date): TradeProduct {
  const lengthMs = until.getTime() - from.getTime();
  if (lengthMs === QUARTER_HOUR_MS) return 'QUARTER_HOUR';
  if (lengthMs === HOUR_MS && from.getTime() % HOUR_MS === 0) return 'HOUR';
  const day = dayOf(from);
  if (isStartOfDay(from) && isStartOfDay(until)) return 'BASE';
  if (Temporal.PlainDate.from(day).dayOfWeek <= FRIDAY && +from === +atLocalTime(day, '08:00') && +until === +atLocalTime(day, '20:00'))
    return 'PEAK';
  return 'BLOCK';
}

const isQuarterHour = (at: Date) => at.getTime() % QUARTER_HOUR_MS === 0;
const isStartOfDay = (at: Date) => +at === +startOfDay(dayOf(at));

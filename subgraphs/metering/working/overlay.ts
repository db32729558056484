import type { WattHours } from '@stromgraph/kernel/energy';
import type { ValueStatus } from '../intervals/value.ts';

/** How a working value was formed. */
export type Method = 'INTERPOLATION' | 'LIKE_DAYS' | 'PROFILE' | 'EXCHANGE' | 'BY_HAND';
export type MarketValue = Readonly<{ wattHours: WattHours; status: ValueStatus }>;
/** Our value of an interval: a substitute, in place of what the market said when it was formed (null: nothing). */
export type WorkingValue = Readonly<{
  registerId: number;
  startMs: number;
  wattHours: WattHours;
  instead: MarketValue | null;
  method: Method;
  reason: string;
  inputs: Inputs;
}>;
/** What a method was given, for those who ask why. */
export type Inputs = Readonly<{ neighbours?: string[]; days?: string[]; from?: string; until?: string; expectedWattHoursAYear?: string; counter?: CounterInput; exchange?: ExchangeInput; note?: string }>;
/** When a meter took another's place, and the watt-hours of each in that interval. */
export type ExchangeInput = Readonly<{ at: string; before: string; after: string }>;
export type CounterInput = Readonly<{ from: string; until: string; wattHours: string }>;

/** The values of a register's day, in order of time. */
export type DayValues = Readonly<{ startsMs: readonly number[]; wattHours: readonly WattHours[]; statuses: readonly ValueStatus[] }>;
/** The same with our working values in their places; `ours` are the starts of those. */
export type OverlaidDay = Readonly<{ startsMs: number[]; wattHours: WattHours[]; statuses: ValueStatus[]; ours: number[] }>;

/** A substitute stands over a provisional value that came later; to any other value of the market it gives way. */
export function stands({ instead }: Pick<WorkingValue, 'instead'>, market: MarketValue | null): boolean {
  if (market?.status === 'PROVISIONAL') return true;
  return market === null ? instead === null : instead !== null && instead.wattHours === market.wattHours && instead.status === market.status;
}

/** A day as we work with it, and the working values that have given way. */
export function overlay({ startsMs, wattHours, statuses }: DayValues, working: readonly WorkingValue[]): { values: OverlaidDay; givenWay: WorkingValue[] } {
  if (working.length === 0) return { values: { startsMs: [...startsMs], wattHours: [...wattHours], statuses: [...statuses], ours: [] }, givenWay: [] };
  const market = new Map(startsMs.map((startMs, nth) => [startMs, { wattHours: wattHours[nth]!, status: statuses[nth]! }]));
  const standing = working.filter((each) => stands(each, market.get(each.startMs) ?? null));
  const givenWay = working.filter((each) => !standing.includes(each));
  if (standing.length === 0) return { values: { startsMs: [...startsMs], wattHours: [...wattHours], statuses: [...statuses], ours: [] }, givenWay };
  for (const each of standing) market.set(each.startMs, { wattHours: each.wattHours, status: 'SUBSTITUTE' });
  const all = [...market].sort(([a], [b]) => a - b);
  return {
    values: { startsMs: all.map(([startMs]) => startMs), wattHours: all.map(([, value]) => value.wattHours), statuses: all.map(([, { status }]) => status), ours: standing.map(({ startMs }) => startMs).sort((a, b) => a - b) },
    givenWay,
  };
}

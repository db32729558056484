import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, addMonths, daysBetween, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import type { QuarterHours } from '../intervals/quarter-hours.ts';
import type { ValueStatus } from '../intervals/value.ts';
import { type DueRegister, isAllKnown, lackingAt, lengthOfPeriod } from './due.ts';
import type { Estimated } from './estimated.ts';
import type { Missing, Unknown } from './missing.ts';
import type { Substituted } from './substituted.ts';

export type UsageResolution = 'QUARTER_HOUR' | 'DAY' | 'MONTH' | 'YEAR';
/** Quarter hours as measured, or readings of a counter, whose advance is spread evenly over the time between. */
export type UsageSource = 'INTERVALS' | 'READINGS';
export type Period = Readonly<{ from: LocalDate; until: LocalDate }>;
/** Energy in steps of a resolution; null where nothing is known. */
export type Usage = Readonly<{
  period: Period;
  resolution: UsageResolution;
  obis: string;
  starts: Date[];
  wattHours: (WattHours | null)[];
  /** Per quarter hour; null for sums. */
  statuses: (ValueStatus | null)[] | null;
  totalWattHours: WattHours;
  /** Whether every quarter hour of the period is known, by each register that had to deliver it. */
  complete: boolean;
  source: UsageSource;
  /** Of quarter hours those that are ours, those that the market formed, and those without a value; null for sums. */
  estimates: readonly Estimated[] | null;
  substitutes: readonly Substituted[] | null;
  missing: readonly Missing[] | null;
}>;
/** A kept sum of a register: the day, or the first day of the month, that it is of. */
export type KnownSum = Readonly<{ registerId: number; on: LocalDate; wattHours: WattHours; knownMs: number }>;
export type KnownDay = Readonly<{ registerId: number; day: LocalDate }> & QuarterHours;

/** A stretch of quarter hours holds some 35,000 values a year. */
export const MAX_DAYS: Readonly<Record<UsageResolution, number>> = { QUARTER_HOUR: 400, DAY: 3_700, MONTH: 3_700, YEAR: 3_700 };
/** What was known at another time is put together from quarter hours. */
export const MAX_DAYS_AS_OF = 400;

const KEY_LENGTH = { DAY: 10, MONTH: 7, YEAR: 4 } as const;
const NEXT = {
  DAY: (day: LocalDate) => addDays(day, 1),
  MONTH: (day: LocalDate) => `${addMonths(day, 1).slice(0, 7)}-01`,
  YEAR: (day: LocalDate) => `${addMonths(day, 12).slice(0, 4)}-01-01`,
} as const;

/** Days, calendar months or years in the period, each by its first day in the period; sums of one step are added. `due`: the registers that had to deliver, null of one meter, which had to all the time. */
export function usageFromSums({ period, resolution, obis, sums, due = null, source = 'INTERVALS' }: {
  period: Period;
  resolution: 'DAY' | 'MONTH' | 'YEAR';
  obis: string;
  sums: readonly KnownSum[];
  due?: readonly DueRegister[] | null;
  source?: UsageSource;
}): Usage {
  const keyOf = (day: LocalDate) => day.slice(0, KEY_LENGTH[resolution]);
  const known = new Map<string, WattHours>();
  for (const { on, wattHours } of sums) known.set(keyOf(on), (known.get(keyOf(on)) ?? 0n) + wattHours);
  const steps: LocalDate[] = [];
  for (let day = period.from; day < period.until; day = NEXT[resolution](day)) steps.push(day);
  return {
    period,
    resolution,
    obis,
    starts: steps.map((day) => startOfDay(day)),
    wattHours: steps.map((day) => known.get(keyOf(day)) ?? null),
    statuses: null,
    totalWattHours: sums.reduce((total, { wattHours }) => total + wattHours, 0n),
    complete: due ? isAllKnown(due, sums, period) : sums.reduce((length, { knownMs }) => length + knownMs, 0) === lengthOfPeriod(period),
    source,
    estimates: null,
    substitutes: null,
    missing: null,
  };
}

/** Meters of one contract fill each other's gaps where one took the other's place; where several had to deliver a quarter hour, it is missing until all have. */
export function usageFromDays({ period, obis, days, due, estimates, substitutes, missing }: { period: Period; obis: string; days: readonly KnownDay[]; due: readonly DueRegister[]; estimates: readonly Estimated[]; substitutes: readonly Substituted[]; missing: (unknown: readonly Unknown[]) => readonly Missing[] }): Usage {
  const startMs = startOfDay(period.from).getTime();
  const count = lengthOfPeriod(period) / QUARTER_HOUR_MS;
  const wattHours = Array<WattHours | null>(count).fill(null);
  const statuses = Array<ValueStatus | null>(count).fill(null);
  const known = new Map<number, Uint8Array>();
  for (const { registerId, day, ...quarters } of days) {
    const own = known.getOrInsertComputed(registerId, () => new Uint8Array(count));
    const offset = (startOfDay(day).getTime() - startMs) / QUARTER_HOUR_MS;
    quarters.wattHours.forEach((value, nth) => {
      if (value === null) return;
      own[offset + nth] = 1;
      wattHours[offset + nth] = (wattHours[offset + nth] ?? 0n) + value;
      statuses[offset + nth] = quarters.statuses[nth]!;
    });
  }
  const lacking = lackingAt(due, period, (registerId, nth) => known.get(registerId)?.[nth] === 1);
  const unknown = wattHours.flatMap((value, nth) => (value === null || lacking.has(nth) ? [{ startMs: startMs + nth * QUARTER_HOUR_MS, lacking: lacking.get(nth) ?? [] }] : []));
  return {
    period,
    resolution: 'QUARTER_HOUR',
    obis,
    wattHours,
    statuses,
    starts: Array.from({ length: count }, (_, nth) => new Date(startMs + nth * QUARTER_HOUR_MS)),
    totalWattHours: wattHours.reduce<bigint>((total, value) => total + (value ?? 0n), 0n),
    complete: unknown.length === 0,
    source: 'INTERVALS',
    estimates,
    substitutes,
    missing: missing(unknown),
  };
}

/** What is wrong with a period; null where nothing is. */
export function periodFault({ from, until }: Period, resolution: UsageResolution, isAsOf = false): string | null {
  const days = daysBetween(from, until);
  const most = isAsOf ? MAX_DAYS_AS_OF : MAX_DAYS[resolution];
  return days >= 1 && days <= most ? null : `until: is ${days} days after from (allowed: 1 to ${most} for ${resolution}${isAsOf ? ' as of another time' : ''})`;
}

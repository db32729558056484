import type { WattHours } from '@stromgraph/kernel/energy';
import { addDays, addMonths, daysBetween, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import type { QuarterHours } from '../intervals/quarter-hours.ts';
import type { ValueStatus } from '../intervals/value.ts';

export type UsageResolution = 'QUARTER_HOUR' | 'DAY' | 'MONTH';
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
  /** Whether every quarter hour of the period is known. */
  complete: boolean;
}>;
/** A kept sum: the day, or the first day of the month, that it is of. */
export type KnownSum = Readonly<{ on: LocalDate; wattHours: WattHours; knownMinutes: bigint }>;
export type KnownDay = Readonly<{ day: LocalDate }> & QuarterHours;

/** A stretch of quarter hours holds some 35,000 values a year. */
export const MAX_DAYS: Readonly<Record<UsageResolution, number>> = { QUARTER_HOUR: 400, DAY: 3_700, MONTH: 3_700 };

/** Days or calendar months in the period, each by its first day in the period. */
export function usageFromSums({
  period,
  resolution,
  obis,
  sums,
}: {
  period: Period;
  resolution: 'DAY' | 'MONTH';
  obis: string;
  sums: readonly KnownSum[];
}): Usage {
  const keyOf = (day: LocalDate) => (resolution === 'DAY' ? day : day.slice(0, 7));
  const known = new Map(sums.map((sum) => [keyOf(sum.on), sum]));
  const steps: LocalDate[] = [];
  for (let day = period.from; day < period.until; day = resolution === 'DAY' ? addDays(day, 1) : `${addMonths(day, 1).slice(0, 7)}-01`)
    steps.push(day);
  return {
    period,
    resolution,
    obis,
    starts: steps.map((day) => startOfDay(day)),
    wattHours: steps.map((day) => known.get(keyOf(day))?.wattHours ?? null),
    statuses: null,
    totalWattHours: sums.reduce((total, { wattHours }) => total + wattHours, 0n),
    complete: sums.reduce((minutes, { knownMinutes }) => minutes + knownMinutes, 0n) === BigInt(minutesOf(period)),
  };
}

/** Several meters of one contract (after an exchange) fill each other's gaps. */
export function usageFromDays({ period, obis, days }: { period: Period; obis: string; days: readonly KnownDay[] }): Usage {
  const startMs = startOfDay(period.from).getTime();
  const count = minutesOf(period) / 15;
  const wattHours = Array<WattHours | null>(count).fill(null);
  const statuses = Array<ValueStatus | null>(count).fill(null);
  for (const { day, ...quarters } of days) {
    const offset = (startOfDay(day).getTime() - startMs) / QUARTER_HOUR_MS;
    quarters.wattHours.forEach((value, nth) => {
      if (value === null) return;
      wattHours[offset + nth] = (wattHours[offset + nth] ?? 0n) + value;
      statuses[offset + nth] = quarters.statuses[nth]!;
    });
  }
  return {
    period,
    resolution: 'QUARTER_HOUR',
    obis,
    wattHours,
    statuses,
    starts: Array.from({ length: count }, (_, nth) => new Date(startMs + nth * QUARTER_HOUR_MS)),
    totalWattHours: wattHours.reduce<bigint>((total, value) => total + (value ?? 0n), 0n),
    complete: wattHours.every((value) => value !== null),
  };
}

/** What is wrong with a period; null where nothing is. */
export function periodFault({ from, until }: Period, resolution: UsageResolution): string | null {
  const days = daysBetween(from, until);
  return days >= 1 && days <= MAX_DAYS[resolution]
    ? null
    : `until: is ${days} days after from (allowed: 1 to ${MAX_DAYS[resolution]} for ${resolution})`;
}

const minutesOf = ({ from, until }: Period): number => (startOfDay(until).getTime() - startOfDay(from).getTime()) / 60_000;

import type { WattHours } from '@stromgraph/kernel/energy';
import { allocate } from '@stromgraph/kernel/money';
import { type LocalDate, QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import { berlinDay } from './berlin-day.ts';
import type { ValueStatus } from './value.ts';

export type KnownInterval = Readonly<{ startMs: number; wattHours: WattHours; status: ValueStatus }>;
/** A Berlin day of 92, 96 or 100 quarter hours in order of time; null where no value is known. */
export type QuarterHours = Readonly<{ wattHours: (WattHours | null)[]; statuses: (ValueStatus | null)[] }>;

const MINUTES = 15;

type Values = Readonly<{ day: LocalDate; minutes: number; startsMs: readonly number[]; wattHours: readonly WattHours[]; statuses: readonly ValueStatus[] }>;

/** A day of values in order of time as quarter hours; one that has them all is what it is. */
export function quarterHoursOfDay({ day, minutes, startsMs, wattHours, statuses }: Values): QuarterHours {
  const { fromMs, untilMs } = berlinDay(day);
  if (minutes === MINUTES && wattHours.length * QUARTER_HOUR_MS === untilMs - fromMs) return { wattHours: [...wattHours], statuses: [...statuses] };
  return toQuarterHours(day, minutes, startsMs.map((startMs, nth) => ({ startMs, wattHours: wattHours[nth]!, status: statuses[nth]! })));
}

/** A day's intervals as quarter hours; longer ones are split so that their parts add up exactly. */
export function toQuarterHours(day: LocalDate, minutes: number, intervals: readonly KnownInterval[]): QuarterHours {
  const { fromMs: startMs, untilMs } = berlinDay(day);
  const count = (untilMs - startMs) / QUARTER_HOUR_MS;
  const wattHours = Array<WattHours | null>(count).fill(null);
  const statuses = Array<ValueStatus | null>(count).fill(null);
  const share = Array<bigint>(minutes / MINUTES).fill(1n);
  for (const interval of intervals) {
    const at = (interval.startMs - startMs) / QUARTER_HOUR_MS;
    const parts = share.length === 1 ? [interval.wattHours] : allocate(interval.wattHours, share);
    parts.forEach((part, offset) => {
      wattHours[at + offset] = part;
      statuses[at + offset] = interval.status;
    });
  }
  return { wattHours, statuses };
}

import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Inputs } from '../working/overlay.ts';
import { dayKind, likeDays } from './day-kind.ts';
import type { Gap, Series } from './gaps.ts';
import { wallClock } from './wall-clock.ts';

export type Formed = Readonly<{ wattHours: readonly WattHours[]; inputs: Inputs }>;
export type Ground = Readonly<{ series: Series; dayOf: (instantMs: number) => LocalDate; expectedWattHoursAYear: WattHours }>;

const LIKE_DAYS_USED = 3;
const MINUTES_A_YEAR = 8_760n * 60n;
/** Weekdays, Saturdays, Sundays: what a load profile tells apart. */
const profileKind = (day: LocalDate): number => Math.max(dayKind(day), 5);
function remembered<T>(ofDay: (day: LocalDate) => T): (day: LocalDate) => T {
  const known = new Map<LocalDate, T>();
  return (day) => {
    const held = known.get(day) ?? ofDay(day);
    known.set(day, held);
    return held;
  };
}

/** A straight line between the neighbours; null where one of them is missing. */
export function interpolate({ fromMs, untilMs, startsMs }: Gap, { series: { minutes, values } }: Ground): Formed | null {
  const [before, after] = [values.get(fromMs - minutes * 60_000), values.get(untilMs)];
  if (before === undefined || after === undefined) return null;
  const steps = BigInt(startsMs.length + 1);
  const wattHours = startsMs.map((_, nth) => rounded(before * steps + (after - before) * BigInt(nth + 1), steps));
  return { wattHours, inputs: { neighbours: [String(before), String(after)] } };
}

/** The mean of the same time of up to three like days before; null where none of them has a value at some of the times. */
export function fromLikeDays({ startsMs }: Gap, { series: { values }, dayOf }: Ground): Formed | null {
  const byTime = timesOf(values, dayOf);
  const alike = remembered(likeDays);
  const used = new Set<LocalDate>();
  const wattHours: WattHours[] = [];
  for (const startMs of startsMs) {
    const day = dayOf(startMs);
    const time = wallClock(startMs, day);
    const found = alike(day).flatMap((other) => {
      const value = byTime.get(`${other} ${time}`);
      return value === undefined ? [] : [{ other, value }];
    }).slice(0, LIKE_DAYS_USED);
    if (found.length === 0) return null;
    for (const { other } of found) used.add(other);
    wattHours.push(rounded(found.reduce((sum, { value }) => sum + value, 0n), BigInt(found.length)));
  }
  return { wattHours, inputs: { days: [...used].sort() } };
}

/**
 * The register's own profile: the mean per time of weekdays, Saturdays and Sundays in what is known of it; without enough of that
 * the expected use of a year, evenly. Null where nothing is expected either.
 */
export function fromProfile({ startsMs }: Gap, { series: { minutes, values }, dayOf, expectedWattHoursAYear }: Ground): Formed | null {
  const known = new Map<string, { sum: bigint; count: bigint }>();
  const kindOf = remembered(profileKind);
  for (const [startMs, value] of values) {
    const day = dayOf(startMs);
    const key = `${kindOf(day)} ${wallClock(startMs, day)}`;
    const { sum, count } = known.get(key) ?? { sum: 0n, count: 0n };
    known.set(key, { sum: sum + value, count: count + 1n });
  }
  const shape = startsMs.map((startMs) => known.get(`${kindOf(dayOf(startMs))} ${wallClock(startMs, dayOf(startMs))}`));
  if (shape.every((each) => each !== undefined)) {
    const days = [...values.keys()].map(dayOf);
    const [from, until] = [days.reduce((a, b) => (a < b ? a : b)), days.reduce((a, b) => (a > b ? a : b))];
    return { wattHours: shape.map(({ sum, count }) => rounded(sum, count)), inputs: { from, until } };
  }
  if (expectedWattHoursAYear === 0n) return null;
  const even = rounded(expectedWattHoursAYear * BigInt(minutes), MINUTES_A_YEAR);
  return { wattHours: startsMs.map(() => even), inputs: { expectedWattHoursAYear: String(expectedWattHoursAYear) } };
}

function timesOf(values: ReadonlyMap<number, bigint>, dayOf: Ground['dayOf']): Map<string, bigint> {
  const times = new Map<string, bigint>();
  for (const [startMs, value] of values) {
    const day = dayOf(startMs);
    const key = `${day} ${wallClock(startMs, day)}`;
    if (!times.has(key)) times.set(key, value); // of an hour that is there twice the first
  }
  return times;
}

/** Half away from zero; energy is not negative. */
export const rounded = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor);

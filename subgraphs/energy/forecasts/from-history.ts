import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DayType } from '../profiles/day-type.ts';

/** A day as its forecast is made: what profiles and contracts give for each quarter hour, and how warm it is on average (null: not known). */
export type ExpectedDay = Readonly<{ day: LocalDate; dayType: DayType; byProfile: readonly WattHours[]; celsius: number | null }>;
/** The same of a day that is over, with what was used. */
export type KnownDay = ExpectedDay & Readonly<{ used: readonly WattHours[] }>;

/** So far back it is looked; a day counts half after so many. */
export const HISTORY_DAYS = 42;
const HALF_LIFE_DAYS = 14;
/** Fewer days than this say nothing. */
const LEAST_DAYS = 7;
/** The same weekday tells more than another of its kind. */
const SAME_WEEKDAY = 2;
/** How many days' weight the profile itself has against what was seen. */
const TRUST_IN_PROFILE = 2;
const RIDGE = 0.003;
const ORDINARY_QUARTERS = 96;

/**
 * Our own forecast of a day, from what was used on the days before it: the profiles' day, higher or lower by what temperature and trend
 * have done to the level, and shaped by what like days (working days, Saturdays, Sundays and holidays) differed from their profiles.
 * Null where there is too little to go by. An estimate: its numbers are not exact, what is stored is whole.
 */
export function forecastFromHistory(target: ExpectedDay, history: readonly KnownDay[]): WattHours[] | null {
  const days = history
    .map((known) => ({ ...known, age: daysApart(known.day, target.day), ratio: Number(sum(known.used)) / Number(sum(known.byProfile)) }))
    .filter(({ age, ratio, used, byProfile }) => age > 0 && age <= HISTORY_DAYS && used.length === byProfile.length && Number.isFinite(ratio) && ratio > 0);
  if (days.length < LEAST_DAYS || sum(target.byProfile) <= 0n) return null;
  const level = levelOf(target, days);
  const shape = shapeOf(target, days);
  const slots = slotsOf(target);
  return target.byProfile.map((wattHours, nth) => BigInt(Math.max(0, Math.round(Number(wattHours) * level * shape[slots[nth]!]!))));
}

type RatedDay = KnownDay & Readonly<{ age: number; ratio: number }>;
const weightOf = ({ age }: RatedDay): number => 0.5 ** (age / HALF_LIFE_DAYS);

/** By how much the whole day is above its profile: a straight line through temperature and time, then what days of this kind lie beside it. */
function levelOf(target: ExpectedDay, days: readonly RatedDay[]): number {
  const warmth = target.celsius === null ? [] : days.filter(({ celsius }) => celsius !== null);
  const isWarmthKnown = warmth.length >= LEAST_DAYS;
  const used = isWarmthKnown ? warmth : days;
  const mean = used.reduce((all, { celsius }) => all + (celsius ?? 0), 0) / used.length;
  /** A constant, ten degrees and a fortnight are of one size, so that the ridge holds them alike. */
  const factors = (celsius: number | null, age: number) => [1, ...(isWarmthKnown ? [((celsius ?? mean) - mean) / 10] : []), age / HALF_LIFE_DAYS];
  const line = fitLine(used.map((day) => ({ factors: factors(day.celsius, day.age), value: day.ratio, weight: weightOf(day) })));
  const on = (celsius: number | null, age: number) => factors(celsius, age).reduce((all, factor, nth) => all + factor * line[nth]!, 0);
  const like = used.filter(({ dayType }) => dayType === target.dayType);
  const beside = like.reduce((all, day) => all + weightOf(day) * (day.ratio - on(day.celsius, day.age)), 0);
  return on(target.celsius, 0) + beside / (like.reduce((all, day) => all + weightOf(day), 0) + TRUST_IN_PROFILE / 2);
}

/** Per slot of the local clock: what like days used above their own level. Days of a clock change have other slots and are left out. */
function shapeOf(target: ExpectedDay, days: readonly RatedDay[]): number[] {
  const like = days.filter(({ dayType, used }) => dayType === target.dayType && used.length === ORDINARY_QUARTERS);
  const weekday = weekdayOf(target.day);
  return Array.from({ length: ORDINARY_QUARTERS }, (_, slot) => {
    let [above, weights] = [TRUST_IN_PROFILE, TRUST_IN_PROFILE];
    for (const day of like) {
      const byProfile = Number(day.byProfile[slot]);
      if (byProfile <= 0) continue;
      const weight = weightOf(day) * (weekdayOf(day.day) === weekday ? SAME_WEEKDAY : 1);
      above += (weight * Number(day.used[slot])) / byProfile / day.ratio;
      weights += weight;
    }
    return above / weights;
  });
}

type Point = Readonly<{ factors: readonly number[]; value: number; weight: number }>;

/** Weighted least squares; a small ridge on all but the constant keeps few or like days from a steep line. */
function fitLine(points: readonly Point[]): number[] {
  const size = points[0]!.factors.length;
  const total = points.reduce((all, { weight }) => all + weight, 0);
  const rows = Array.from({ length: size }, (_, row) => [
    ...Array.from({ length: size }, (_column, column) => points.reduce((all, { factors, weight }) => all + weight * factors[row]! * factors[column]!, row === column && row > 0 ? RIDGE * total : 0)),
    points.reduce((all, { factors, value, weight }) => all + weight * factors[row]! * value, 0),
  ]);
  for (let pivot = 0; pivot < size; pivot += 1)
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue;
      const share = rows[row]![pivot]! / rows[pivot]![pivot]!;
      rows[row] = rows[row]!.map((value, column) => value - share * rows[pivot]![column]!);
    }
  return rows.map((row, nth) => row[size]! / row[nth]!);
}

/** The quarter hour of the local clock of each value: in spring 02:00 to 03:00 is missing, in autumn it comes twice. */
function slotsOf({ byProfile: { length } }: ExpectedDay): number[] {
  const slots = Array.from({ length: ORDINARY_QUARTERS }, (_, slot) => slot);
  if (length === 92) return slots.filter((slot) => slot < 8 || slot >= 12);
  return length === 100 ? [...slots.slice(0, 12), ...slots.slice(8)] : slots;
}

const sum = (values: readonly WattHours[]): WattHours => values.reduce((all, value) => all + value, 0n);
const weekdayOf = (day: LocalDate): number => Temporal.PlainDate.from(day).dayOfWeek;
const daysApart = (from: LocalDate, until: LocalDate): number => Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(until), { largestUnit: 'day' }).days;

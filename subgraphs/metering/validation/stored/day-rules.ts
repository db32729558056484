import { judge, type Finding, type Measured, type RuleBook, type StoredRule } from './rule.ts';

/** A register's Berlin day as it stands. */
export type DayFacts = Readonly<{
  minutes: number;
  /** Of every interval that the day has, in order of time. */
  startsMs: readonly number[];
  /** Null where no value is known. */
  wattHours: readonly (number | null)[];
  /** A day that is not over may still get its values. */
  isOver: boolean;
  expectedWattHoursAYear: number;
  /** Where a reading of the counter ends on this day: what it advanced since the one before, and what the intervals between say. */
  sums?: Readonly<{ counterWattHours: number; intervalWattHours: number }> | null;
  /** The median of the complete days in the weeks before; null or left out where too few are known. */
  usualWattHours?: number | null;
  /** The same of those on the same weekday. */
  likeWattHours?: number | null;
}>;

const MINUTES_AN_HOUR = 60;
const DAYS_A_YEAR = 365;
/** Up to so much power nothing is a spike: a kettle in an empty flat is many times what else it uses. */
const SPIKE_FLOOR_WATTS = 4_000;
/** The highest interval is compared with this one in the order of size: two high neighbours are one event. */
const COMPARED_WITH = 2;

/** Three fuses of 63 A … */
const HOUSE_CONNECTION_WATTS = 43_000;
/** … or for greater users the power at which what they are expected to use in a year takes so few hours; hardly anybody uses a connection for less. */
const LEAST_FULL_LOAD_HOURS = 1_000;

/** The power that the connection of somebody who is expected to use so much carries. */
export const wattsCarried = (expectedWattHoursAYear: number): number => Math.max(HOUSE_CONNECTION_WATTS, expectedWattHoursAYear / LEAST_FULL_LOAD_HOURS);

const TOLERANCE_WATT_HOURS = 1_000;
const TOLERANCE_SHARE = 100;

const wattsOf = (wattHours: number, minutes: number): number => (wattHours * MINUTES_AN_HOUR) / minutes;

/** R01: minutes without a value on a day that is over. */
export function gap({ minutes, startsMs, wattHours, isOver }: DayFacts): Measured | null {
  const first = wattHours.indexOf(null);
  if (!isOver || first < 0) return null;
  const missing = wattHours.filter((value) => value === null).length * minutes;
  return { rule: 'R01', startMs: startsMs[first]!, measure: missing, detail: `${missing} minutes of the day have no value` };
}

/** R04: the highest interval in percent of the third highest; of nothing it is more than any percentage. */
export function spike({ minutes, startsMs, wattHours }: DayFacts): Measured | null {
  const highest = highestOf(wattHours, COMPARED_WITH + 1);
  const [first, compared] = [wattHours[highest[0] ?? -1] ?? 0, wattHours[highest[COMPARED_WITH] ?? -1]];
  if (compared == null || wattsOf(first, minutes) <= SPIKE_FLOOR_WATTS) return null;
  const found = { rule: 'R04', startMs: startsMs[highest[0]!]! } as const;
  if (compared === 0) return { ...found, measure: Number.MAX_SAFE_INTEGER, detail: `${first} Wh, where the third highest interval of the day has none` };
  const percent = (first / compared) * 100;
  return { ...found, measure: percent, detail: `${first} Wh are ${Math.round(percent)} % of the third highest interval of the day` };
}

/** The places of the highest values, the highest first and of equal ones the earliest; a whole day is not sorted for three of them. */
function highestOf(wattHours: readonly (number | null)[], count: number): number[] {
  const places: number[] = [];
  wattHours.forEach((value, nth) => {
    if (value === null || (places.length === count && value <= wattHours[places.at(-1)!]!)) return;
    const at = places.findIndex((place) => wattHours[place]! < value);
    places.splice(at < 0 ? places.length : at, 0, nth);
    if (places.length > count) places.pop();
  });
  return places;
}

/** R05: hours of the longest run of zeros, where something is expected. */
export function zeros({ minutes, startsMs, wattHours, expectedWattHoursAYear }: DayFacts): Measured | null {
  if (expectedWattHoursAYear === 0) return null;
  let [longest, from, run] = [0, 0, 0];
  wattHours.forEach((value, nth) => {
    run = value === 0 ? run + 1 : 0;
    if (run > longest) [longest, from] = [run, nth - run + 1];
  });
  if (longest === 0) return null;
  const hours = (longest * minutes) / MINUTES_AN_HOUR;
  return { rule: 'R05', startMs: startsMs[from]!, measure: hours, detail: `nothing was used for ${hours} hours` };
}

/** R10: how many times more, or less, than the year's expectation a whole day has. */
export function level({ wattHours, expectedWattHoursAYear }: DayFacts): Measured[] {
  if (expectedWattHoursAYear === 0 || wattHours.includes(null)) return [];
  const used = wattHours.reduce<number>((sum, value) => sum + value!, 0);
  const expected = expectedWattHoursAYear / DAYS_A_YEAR;
  const told = (rule: 'R10_HIGH' | 'R10_LOW', measure: number, what: string): Measured => ({ rule, startMs: null, measure, detail: `${used} Wh are ${what} the ${Math.round(expected)} Wh that a day is expected to have` });
  if (used >= expected) return [told('R10_HIGH', used / expected, `${(used / expected).toFixed(1)} times`)];
  return [told('R10_LOW', used === 0 ? Number.MAX_SAFE_INTEGER : expected / used, used === 0 ? 'none of' : `one ${(expected / used).toFixed(1)}th of`)];
}

/** R11: the highest power of an interval, in percent of what the connection carries. */
export function power({ minutes, startsMs, wattHours, expectedWattHoursAYear }: DayFacts): Measured | null {
  const [highest] = highestOf(wattHours, 1);
  if (highest === undefined) return null;
  const watts = wattsOf(wattHours[highest]!, minutes);
  const carried = wattsCarried(expectedWattHoursAYear);
  return { rule: 'R11', startMs: startsMs[highest]!, measure: (watts / carried) * 100, detail: `${watts / 1_000} kW in one interval, where the connection carries about ${Math.round(carried / 1_000)} kW` };
}

/** R09: by how many tolerances (a kilowatt-hour, or a hundredth of the advance if that is more) intervals differ from their counter. */
export function sumCheck({ sums }: DayFacts): Measured | null {
  if (!sums) return null;
  const { counterWattHours, intervalWattHours } = sums;
  const measure = Math.abs(counterWattHours - intervalWattHours) / Math.max(TOLERANCE_WATT_HOURS, counterWattHours / TOLERANCE_SHARE);
  return { rule: 'R09', startMs: null, measure, detail: `intervals say ${intervalWattHours} Wh, their counter ${counterWattHours} Wh since its reading before` };
}

/**
 * R16: how many times more, or less, than usual a whole day has: a thousand times is a wrong unit, others a wrong transformer factor. Where a connection is so great that it is measured by
 * transformers, it is held against its own weekdays, and less is enough; where nothing is usual yet, against the year's expectation, and only a wrong unit is seen.
 */
export function unit({ wattHours, usualWattHours, likeWattHours, expectedWattHoursAYear }: DayFacts): Measured | null {
  if (wattHours.includes(null)) return null;
  const used = wattHours.reduce<number>((sum, value) => sum + value!, 0);
  const byTransformer = wattsCarried(expectedWattHoursAYear) > HOUSE_CONNECTION_WATTS;
  const [rule, compared, what]: [StoredRule, number, string] =
    byTransformer && likeWattHours ? ['R16_FACTOR', likeWattHours, 'usual on this weekday']
    : usualWattHours != null ? ['R16', usualWattHours, 'usual']
    : ['R16_UNIT', expectedWattHoursAYear / DAYS_A_YEAR, 'expected'];
  if (used === 0 || compared === 0) return null;
  const measure = Math.max(used / compared, compared / used);
  return { rule, startMs: null, measure, detail: `${used} Wh, where ${Math.round(compared)} Wh are ${what}: wrong unit or transformer factor?` };
}

/** What is to be said about a day, by the thresholds as they are. */
export function findingsOf(book: RuleBook, day: DayFacts): Finding[] {
  const measured = [gap(day), spike(day), zeros(day), sumCheck(day), ...level(day), power(day), unit(day)];
  return measured.flatMap((each) => (each && judge(book, each)) ?? []);
}

import { Decimal } from 'decimal.js';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DayType } from './day-type.ts';
import { dynamisationOn } from './dynamisation.ts';
import { type LoadProfile, type ProfileValue, SLOTS } from './profile.ts';
import { periodOf } from './season.ts';

/** What metered customers of one profile used on a day, by quarter hour, and the yearly energy that is expected of them. */
export type MeteredSum = Readonly<{ day: LocalDate; dayType: DayType; expectedWattHours: WattHours; used: readonly WattHours[] }>;

/** So far back like days are looked for, and how many of each kind are taken. */
export const LOOK_BACK_DAYS = 42;
export const LIKE_DAYS: Readonly<Record<DayType, number>> = { WT: 4, SA: 2, FT: 2 };
const DECIMALS = 6;

/** The code under which an area's measured profile is kept. */
export const measuredCode = (profile: string, gridAreaCode: string): string => `${profile} ${gridAreaCode}`;

/**
 * The profile with what meters showed on like days: each quarter hour of a kind of day is higher or lower by as much as they were, the
 * season stays the profile's. A kind of day that was not seen follows the level of the others. Null when nothing was.
 */
export function measuredProfile({ dynamised, seasonal, values }: Pick<LoadProfile, 'dynamised' | 'seasonal' | 'values'>, sums: readonly MeteredSum[]): ProfileValue[] | null {
  const known = new Map(values.map(({ month, dayType, slot, value }) => [`${month} ${dayType} ${slot}`, new Decimal(value)]));
  const seen = new Map<string, { used: Decimal; expected: Decimal }>();
  for (const { day, dayType, expectedWattHours, used } of sums) {
    // kWh of 1,000,000 kWh are millionths of the year.
    const yearly = new Decimal(String(expectedWattHours)).times(dynamised ? dynamisationOn(day) : 1).div(1_000_000);
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const expected = known.get(`${periodOf(seasonal, day)} ${dayType} ${slot}`)!.times(yearly);
      for (const key of [`${dayType} ${slot}`, LEVEL]) {
        const so = seen.get(key) ?? { used: new Decimal(0), expected: new Decimal(0) };
        seen.set(key, { used: so.used.plus(String(used[slot]!)), expected: so.expected.plus(expected) });
      }
    }
  }
  const level = ratioOf(seen.get(LEVEL));
  if (level === null) return null;
  return values.map((value) => ({ ...value, value: new Decimal(value.value).times(ratioOf(seen.get(`${value.dayType} ${value.slot}`)) ?? level).toFixed(DECIMALS) }));
}

const LEVEL = 'all';
const ratioOf = (seen: { used: Decimal; expected: Decimal } | undefined): Decimal | null => (seen && seen.expected.gt(0) ? seen.used.div(seen.expected) : null);

// How a household, a business and a farm use electricity over a day, a week and a year.
import type { CalendarDay, DayType } from './calendar-day.ts';
import { slotOf } from './calendar-day.ts';

export type Profile = 'H25' | 'G25' | 'L25';
type Peak = readonly [hour: number, width: number, height: number];
type Shape = Readonly<{
  /** How far winter rises above the year's mean, and summer sinks below it. */
  winter: number;
  /** Above a base of 1; the level holds for the whole day. */
  days: Readonly<Record<DayType, Readonly<{ level: number; peaks: readonly Peak[] }>>>;
}>;

const SHAPES: Readonly<Record<Profile, Shape>> = {
  H25: {
    winter: 0.23,
    days: {
      WORKDAY: { level: 1, peaks: [[7.2, 1.1, 0.9], [12.6, 2, 0.7], [19, 2.2, 2.1]] },
      SATURDAY: { level: 1.05, peaks: [[9.6, 1.8, 1.3], [13, 2, 1], [19, 2.3, 1.9]] },
      SUNDAY: { level: 1.05, peaks: [[10.2, 1.9, 1.4], [12.6, 1.6, 1.5], [19.1, 2.2, 1.8]] },
    },
  },
  G25: {
    winter: 0.09,
    days: {
      WORKDAY: { level: 1, peaks: [[9.2, 1.9, 2.6], [12.2, 2.2, 1.6], [15.6, 2.4, 2.2], [19, 1.6, 0.6]] },
      SATURDAY: { level: 0.95, peaks: [[10.4, 2.2, 1.7], [14, 2.2, 0.7]] },
      SUNDAY: { level: 0.85, peaks: [[12, 3.5, 0.35]] },
    },
  },
  L25: {
    winter: 0.06,
    days: {
      WORKDAY: { level: 1, peaks: [[6.8, 1.3, 2], [11.5, 2.2, 0.9], [18.2, 1.5, 2.2]] },
      SATURDAY: { level: 1, peaks: [[6.9, 1.3, 1.9], [11.5, 2.2, 0.8], [18.2, 1.5, 2.1]] },
      SUNDAY: { level: 0.98, peaks: [[7, 1.3, 1.8], [11.5, 2, 0.6], [18.2, 1.5, 2]] },
    },
  },
};

export const SLOTS = 96;
const DAYS = 365;
const COLDEST_DAY = 15;
/** A year has so many days of each type, roughly. */
const DAYS_OF_TYPE: Readonly<Record<DayType, number>> = { WORKDAY: 250, SATURDAY: 52, SUNDAY: 63 };
const DAY_MS = 86_400_000;

/** The expected part of a year's energy in each of the 96 slots of a day, and by how much the season moves it. */
export const dayShape = (profile: Profile, type: DayType): readonly number[] => shapesOf(profile)[type];
export const season = (profile: Profile, { dayOfYear }: Pick<CalendarDay, 'dayOfYear'>): number => 1 + SHAPES[profile].winter * Math.cos((2 * Math.PI * (dayOfYear - COLDEST_DAY)) / DAYS);

/** The expected energy of a quarter hour, without chance, in the unit of the year's. */
export const expectedQuarterHour = (profile: Profile, perYear: number, at: CalendarDay, index: number): number =>
  perYear * season(profile, at) * dayShape(profile, at.type)[slotOf(index, at.quarterHours)]!;

/** How many years' energy falls between two instants, by the season alone. */
export function shareOfYears(profile: Profile, fromMs: number, untilMs: number): number {
  const [from, until] = [fromMs / DAY_MS, untilMs / DAY_MS];
  const angle = (day: number) => (2 * Math.PI * (day - COLDEST_DAY)) / 365.25;
  return (until - from + (SHAPES[profile].winter * 365.25 * (Math.sin(angle(until)) - Math.sin(angle(from)))) / (2 * Math.PI)) / 365.25;
}

const known = new Map<Profile, Readonly<Record<DayType, readonly number[]>>>();

function shapesOf(profile: Profile): Readonly<Record<DayType, readonly number[]>> {
  const held = known.get(profile);
  if (held) return held;
  const raw = (type: DayType) => {
    const { level, peaks } = SHAPES[profile].days[type];
    return Array.from({ length: SLOTS }, (_, slot) => level * (1 + peaks.reduce((sum, [hour, width, height]) => sum + height * bump((slot + 0.5) / 4 - hour, width), 0)));
  };
  const types = ['WORKDAY', 'SATURDAY', 'SUNDAY'] as const;
  const year = types.reduce((sum, type) => sum + DAYS_OF_TYPE[type] * raw(type).reduce((total, value) => total + value, 0), 0);
  const [workday, saturday, sunday] = types.map((type) => raw(type).map((value) => value / year));
  const shapes = { WORKDAY: workday!, SATURDAY: saturday!, SUNDAY: sunday! };
  known.set(profile, shapes);
  return shapes;
}

/** Around the clock: 23:00 is two hours from 01:00. */
const bump = (apart: number, width: number) => Math.exp(-((Math.min(Math.abs(apart), 24 - Math.abs(apart)) / width) ** 2));

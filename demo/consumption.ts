// How much a meter measures: the shape of its trade, the season, the weather, and its own habits. Whole watt-hours.
import type { CalendarDay, DayType } from './calendar-day.ts';
import { slotOf } from './calendar-day.ts';
import type { DemoContract } from './portfolio.ts';
import { hash32, mulberry32 } from './random.ts';

type Profile = DemoContract['profile'];
type Peak = readonly [hour: number, width: number, height: number];

const DAYS = 365;
const SLOTS = 96;
/** The coldest time of the year, as a day of it. */
const COLDEST_DAY = 20;
const SHAPES: Readonly<Record<Profile, Readonly<{ winter: number; week: Readonly<Record<DayType, number>>; peaks: readonly Peak[]; restless: number }>>> = {
  H25: { winter: 0.18, week: { WORKDAY: 0.97, SATURDAY: 1.05, SUNDAY: 1.1 }, peaks: [[7.2, 1.2, 0.9], [12.6, 2, 0.7], [19.2, 2.2, 2.1]], restless: 0.75 },
  G25: { winter: 0.08, week: { WORKDAY: 1.2, SATURDAY: 0.65, SUNDAY: 0.35 }, peaks: [[9.3, 2, 2.4], [12.4, 2.3, 1.5], [15.6, 2.4, 2]], restless: 0.25 },
  L25: { winter: 0.05, week: { WORKDAY: 1, SATURDAY: 1, SUNDAY: 1 }, peaks: [[6.9, 1.3, 2], [11.5, 2.1, 0.8], [18.2, 1.5, 2.1]], restless: 0.35 },
};

/** The watt-hours of a meter in every quarter hour of a day. */
export function quarterHoursOf(contract: Pick<DemoContract, 'ordinal' | 'profile' | 'expectedWattHours' | 'area'>, at: CalendarDay): number[] {
  const { restless } = SHAPES[contract.profile];
  const next = mulberry32(hash32(`${contract.ordinal} ${at.day}`));
  const weather = 0.96 + 0.08 * mulberry32(hash32(`weather ${contract.area.code} ${at.day}`))();
  const ofDay = ((contract.expectedWattHours * dayFactor(contract.profile, at)) / DAYS) * weather * (0.85 + 0.3 * next());
  const shape = shapeOf(contract.profile);
  // A meter's people get up earlier or later than the average.
  const shift = (contract.ordinal % 5) - 2;
  return Array.from({ length: at.quarterHours }, (_, index) => {
    const share = shape[(slotOf(index, at.quarterHours) + shift + SLOTS) % SLOTS]!;
    return Math.round(ofDay * share * (1 - restless + 2 * restless * next()));
  });
}

/** How much of a year's energy falls between two instants, by the season alone. */
export function shareOfYears(profile: Profile, fromMs: number, untilMs: number): number {
  const { winter } = SHAPES[profile];
  const [from, until] = [fromMs / 86_400_000, untilMs / 86_400_000];
  const angle = (day: number) => (2 * Math.PI * (day - COLDEST_DAY)) / 365.25;
  return (until - from + (winter * 365.25 * (Math.sin(angle(until)) - Math.sin(angle(from)))) / (2 * Math.PI)) / 365.25;
}

/** The expected watt-hours of a quarter hour, without chance. */
export const expectedQuarterHour = (profile: Profile, wattHoursPerYear: number, at: CalendarDay, index: number): number =>
  ((wattHoursPerYear * dayFactor(profile, at)) / DAYS) * shapeOf(profile)[slotOf(index, at.quarterHours)]!;

function dayFactor(profile: Profile, { dayOfYear, type }: CalendarDay): number {
  const { winter, week } = SHAPES[profile];
  return week[type] * (1 + winter * Math.cos((2 * Math.PI * (dayOfYear - COLDEST_DAY)) / DAYS));
}

const shapes = new Map<Profile, readonly number[]>();

/** 96 shares of a day that add up to 1. */
function shapeOf(profile: Profile): readonly number[] {
  const known = shapes.get(profile);
  if (known) return known;
  const raw = Array.from({ length: SLOTS }, (_, slot) => 1 + SHAPES[profile].peaks.reduce((sum, [hour, width, height]) => sum + height * bump((slot + 0.5) / 4 - hour, width), 0));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const shape = raw.map((value) => value / total);
  shapes.set(profile, shape);
  return shape;
}

/** Around the clock: 23:00 is two hours from 01:00. */
const bump = (apart: number, width: number) => Math.exp(-((Math.min(Math.abs(apart), 24 - Math.abs(apart)) / width) ** 2));

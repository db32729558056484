import { quarterHourCount, wallClockSlots } from '../../world/berlin.ts';
import { swing } from '../../world/random.ts';

type At = Readonly<{ seed: string; gridArea: string; day: string }>;

const DEMAND_PER_DEGREE = 0.008;
/** Half of the way from the coldest to the warmest hour. */
const DAY_SWING = 4;
const WARMEST_HOUR = 15;

/** What is usual for the season, in degrees Celsius. */
function usual(date: Temporal.PlainDate): number {
  return 10 - 9.5 * Math.cos((2 * Math.PI * (date.dayOfYear - 20)) / date.daysInYear);
}

/** By how much a day is warmer than usual: spells of some days, and the day's own whim. */
function departure({ seed, gridArea, day }: At): number {
  const date = Temporal.PlainDate.from(day);
  const spell = [0, 1, 2].reduce((sum, back) => sum + 2 * swing(seed, 'spell', date.subtract({ days: back }).toString()), 0);
  return spell + 1.5 * swing(seed, 'weather', gridArea, day);
}

/** Degrees Celsius per delivery hour, one decimal. */
export function temperaturesOf(at: At): number[] {
  const mean = usual(Temporal.PlainDate.from(at.day)) + departure(at);
  const slots = wallClockSlots(at.day);
  return Array.from({ length: quarterHourCount(at.day) / 4 }, (_, hour) => {
    const clock = (slots[hour * 4] as number) / 4;
    return Math.round((mean + DAY_SWING * Math.cos((2 * Math.PI * (clock - WARMEST_HOUR)) / 24)) * 10) / 10;
  });
}

/** Load profiles know the season; a day colder than usual takes more. */
export const demandOfWeather = (at: At): number => 1 - DEMAND_PER_DEGREE * departure(at);

import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

const HOUR_MS = 3_600_000;
const MAX_HOURS_HELD = 100_000;
const MAX_DAYS_HELD = 4_000;

export type BerlinDay = Readonly<{ day: LocalDate; fromMs: number; untilMs: number }>;

const held = new Map<LocalDate, BerlinDay>();

/** Where a day begins and ends; days are remembered, as many values lie in few of them. */
export function berlinDay(day: LocalDate): BerlinDay {
  const known = held.get(day);
  if (known) return known;
  if (held.size >= MAX_DAYS_HELD) held.clear();
  const found = { day, fromMs: startOfDay(day).getTime(), untilMs: startOfDay(addDays(day, 1)).getTime() };
  held.set(day, found);
  return found;
}

/** Finds the Berlin day of an instant, for many of them: the offset changes on a full hour, so hours are remembered. */
export function makeBerlinDayFinder(): (instantMs: number) => BerlinDay {
  const hours = new Map<number, BerlinDay>();
  return (instantMs) => {
    const hour = Math.floor(instantMs / HOUR_MS);
    const known = hours.get(hour);
    if (known) return known;
    if (hours.size >= MAX_HOURS_HELD) hours.clear();
    const found = berlinDay(dayOf(new Date(hour * HOUR_MS)));
    hours.set(hour, found);
    return found;
  };
}

/** The same for the day's name alone. */
export function makeDayFinder(): (instantMs: number) => LocalDate {
  const find = makeBerlinDayFinder();
  return (instantMs) => find(instantMs).day;
}

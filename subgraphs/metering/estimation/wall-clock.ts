import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

const HOUR_MS = 3_600_000;
/** Clocks change at 01:00 UTC: two hours after a midnight of winter time, three after one of summer time. */
const [SPRING_MS, AUTUMN_MS] = [2 * HOUR_MS, 3 * HOUR_MS];

/** Milliseconds that a Berlin clock shows after midnight: the hour that is there twice has the same ones twice, the one that is left out none. */
export function wallClock(startMs: number, day: LocalDate): number {
  const midnight = startOfDay(day).getTime();
  const [elapsed, length] = [startMs - midnight, startOfDay(addDays(day, 1)).getTime() - midnight];
  if (length === 24 * HOUR_MS) return elapsed;
  if (length === 23 * HOUR_MS) return elapsed >= SPRING_MS ? elapsed + HOUR_MS : elapsed;
  return elapsed >= AUTUMN_MS ? elapsed - HOUR_MS : elapsed;
}

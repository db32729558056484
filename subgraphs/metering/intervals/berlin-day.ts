import { dayOf, type LocalDate } from '@stromgraph/kernel/time';

const HOUR_MS = 3_600_000;

/** Finds the Berlin day of an instant, for many of them: the offset changes on a full hour, so hours are remembered. */
export function makeDayFinder(): (instantMs: number) => LocalDate {
  const known = new Map<number, LocalDate>();
  return (instantMs) => {
    const hour = Math.floor(instantMs / HOUR_MS);
    const held = known.get(hour);
    if (held) return held;
    const day = dayOf(new Date(hour * HOUR_MS));
    known.set(hour, day);
    return day;
  };
}

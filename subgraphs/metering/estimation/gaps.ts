import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

/** Missing intervals one after the other. Times are UTC milliseconds, the end is exclusive. */
export type Gap = Readonly<{ fromMs: number; untilMs: number; startsMs: readonly number[] }>;
/** What is known of a register, by start; all intervals have one length. */
export type Series = Readonly<{ minutes: number; values: ReadonlyMap<number, bigint> }>;

/** Of these days the intervals without a value, joined over midnight where nothing lies between. */
export function findGaps({ minutes, values }: Series, days: readonly LocalDate[]): Gap[] {
  const stepMs = minutes * 60_000;
  const gaps: { fromMs: number; untilMs: number; startsMs: number[] }[] = [];
  for (const day of days.toSorted()) {
    const untilMs = startOfDay(addDays(day, 1)).getTime();
    for (let startMs = startOfDay(day).getTime(); startMs < untilMs; startMs += stepMs) {
      if (values.has(startMs)) continue;
      const last = gaps.at(-1);
      if (last?.untilMs === startMs) {
        last.untilMs += stepMs;
        last.startsMs.push(startMs);
      } else gaps.push({ fromMs: startMs, untilMs: startMs + stepMs, startsMs: [startMs] });
    }
  }
  return gaps;
}

import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

type Span = Readonly<{ fromMs: number; untilMs: number }>;
type Day = Readonly<{ minutes: number; knownMs: ReadonlySet<number>; places: readonly Span[] }>;

/** Of a day's intervals those that a finding is about: the missing ones, the one that it names, or all. Never of a time without a contract of ours. */
export function placesOfFinding({ day, rule, start }: { day: LocalDate; rule: string; start: Date | null }, { minutes, knownMs, places }: Day): number[] {
  const [fromMs, untilMs, stepMs] = [startOfDay(day).getTime(), startOfDay(addDays(day, 1)).getTime(), minutes * 60_000];
  const all = Array.from({ length: (untilMs - fromMs) / stepMs }, (_, nth) => fromMs + nth * stepMs).filter((startMs) => places.some((place) => place.fromMs <= startMs && startMs + stepMs <= place.untilMs));
  if (rule === 'R01') return all.filter((startMs) => !knownMs.has(startMs));
  return start ? all.filter((startMs) => startMs === start.getTime()) : all;
}

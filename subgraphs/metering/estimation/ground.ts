import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import type { CounterAdvance } from './estimate.ts';
import { advanceOf, type Counter } from '@stromgraph/kernel/energy';

/** So far back known values say what is usual. */
const DAYS_BACK = 28;
/** Readings further apart than this say too little about a gap between them. */
const MAX_ADVANCE_MS = 62 * 86_400_000;

/** The days whose values estimates of some days are formed from: themselves, the weeks before, the day after, and what lies between the readings around. */
export function daysNeeded(gapDays: readonly LocalDate[], advances: readonly CounterAdvance[], dayOf: (instantMs: number) => LocalDate): LocalDate[] {
  const needed = new Set<LocalDate>();
  for (const day of gapDays) for (let offset = -DAYS_BACK; offset <= 1; offset += 1) needed.add(addDays(day, offset));
  for (const { fromMs, untilMs } of advances) for (let day = dayOf(fromMs); startOfDay(day).getTime() < untilMs; day = addDays(day, 1)) needed.add(day);
  return [...needed].sort();
}

/** Advances between one reading and the next that reach into one of some days. */
export function advancesAround(counter: Counter, reads: readonly { readAtMs: number; wattHours: bigint }[], gapDays: readonly LocalDate[]): CounterAdvance[] {
  const spans = gapDays.map((day) => [startOfDay(day).getTime(), startOfDay(addDays(day, 1)).getTime()] as const);
  return reads.slice(1).flatMap((read, nth) => {
    const before = reads[nth]!;
    const [fromMs, untilMs] = [before.readAtMs, read.readAtMs];
    if (untilMs - fromMs > MAX_ADVANCE_MS || !spans.some(([start, end]) => fromMs < end && start < untilMs)) return [];
    return [{ fromMs, untilMs, wattHours: advanceOf(counter, before.wattHours, read.wattHours).wattHours }];
  });
}

const DUE_DAY = '08';
const monthOf = (day: LocalDate, months: number): string => Temporal.PlainDate.from(day).with({ day: 1 }).add({ months }).toString().slice(0, 7);

/** When estimates of a day's gaps are due: when the market's time for its own final values is over, the 8th of the next month. */
export const estimateDueOn = (day: LocalDate): LocalDate => `${monthOf(day, 1)}-${DUE_DAY}`;
/** Estimates of the days before this one are due. */
export const estimatedBefore = (today: LocalDate): LocalDate => `${monthOf(today, today.slice(8) >= DUE_DAY ? 0 : -1)}-01`;

import { addDays, atLocalTime, QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Why there is no value. */
export type MissingReason = 'NOT_OVER' | 'NOT_SUPPLIED' | 'METER_EXCHANGED' | 'REFUSED' | 'AWAITED' | 'OVERDUE';
/** Missing quarter hours one after the other with one reason. Times are UTC milliseconds, the end is exclusive. */
export type Missing = Readonly<{ fromMs: number; untilMs: number; reason: MissingReason }>;
type Span = Readonly<{ fromMs: number; untilMs: number }>;
export type MissingFacts = Readonly<{
  nowMs: number;
  dayOf: (instantMs: number) => LocalDate;
  /** When meters with this register hung at contracts of ours; one that took another's place did so at `exchangedMs`, within its first interval. */
  places: readonly (Span & Readonly<{ exchangedMs: number | null }>)[];
  /** Starts of values that came and were refused. */
  refused: ReadonlySet<number>;
}>;

/** For those who want to know why: what a customer is told. */
export const MISSING_TEXTS: Readonly<Record<MissingReason, string>> = {
  NOT_OVER: 'This time is not over yet.',
  NOT_SUPPLIED: 'At this time no meter of this contract was installed here, or the contract did not run.',
  METER_EXCHANGED: 'The meter was exchanged during this quarter hour, so that neither measured all of it. If the metering operator sends no value by the 8th of the next month, we estimate it and mark it.',
  REFUSED: 'A value has come but cannot be right, so we do not use it. If the metering operator sends no other by the 8th of the next month, we estimate it and mark it.',
  AWAITED: 'The metering operator delivers the values of a day by 11:00 on the next one.',
  OVERDUE: 'The metering operator has not delivered this value. If it does not come by the 8th of the next month, we estimate it and mark it.',
};

const DELIVERED_BY = '11:00';
const deliveryOf = (day: LocalDate): number => atLocalTime(addDays(day, 1), DELIVERED_BY).getTime();

export function missingReason(startMs: number, { nowMs, dayOf, places, refused }: MissingFacts, deliveredBy = deliveryOf): MissingReason {
  const untilMs = startMs + QUARTER_HOUR_MS;
  if (untilMs > nowMs) return 'NOT_OVER';
  const place = places.find(({ fromMs, untilMs: endMs }) => fromMs <= startMs && untilMs <= endMs);
  if (!place) return 'NOT_SUPPLIED';
  if (refused.has(startMs)) return 'REFUSED';
  if (place.exchangedMs !== null && startMs < place.exchangedMs && place.exchangedMs < untilMs) return 'METER_EXCHANGED';
  return nowMs < deliveredBy(dayOf(startMs)) ? 'AWAITED' : 'OVERDUE';
}

/** `unknown`: starts of missing quarter hours, in order of time. */
export function missingRuns(unknown: readonly number[], facts: MissingFacts): Missing[] {
  const runs: { fromMs: number; untilMs: number; reason: MissingReason }[] = [];
  const known = new Map<LocalDate, number>();
  const deliveredBy = (day: LocalDate): number => {
    const instant = known.get(day) ?? deliveryOf(day);
    known.set(day, instant);
    return instant;
  };
  for (const startMs of unknown) {
    const reason = missingReason(startMs, facts, deliveredBy);
    const last = runs.at(-1);
    if (last?.untilMs === startMs && last.reason === reason) last.untilMs += QUARTER_HOUR_MS;
    else runs.push({ fromMs: startMs, untilMs: startMs + QUARTER_HOUR_MS, reason });
  }
  return runs;
}

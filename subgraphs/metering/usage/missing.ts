import { addDays, atLocalTime, QUARTER_HOUR_MS } from '@stromgraph/kernel/time';
import type { LocalDate } from '@stromgraph/kernel/time';
import { intervalsFrom } from '../validation/meter-facts.ts';
import type { DueRegister } from './due.ts';

/** Why there is no value. */
export type MissingReason = 'NOT_OVER' | 'NOT_SUPPLIED' | 'NOT_MEASURED' | 'METER_EXCHANGED' | 'REFUSED' | 'AWAITED' | 'OVERDUE';
/** Missing quarter hours one after the other with one reason. Times are UTC milliseconds, the end is exclusive. */
export type Missing = Readonly<{ fromMs: number; untilMs: number; reason: MissingReason }>;
/** A quarter hour without its value, and the registers that have not delivered it; none of them where none had to. */
export type Unknown = Readonly<{ startMs: number; lacking: readonly DueRegister[] }>;
export type MissingFacts = Readonly<{
  nowMs: number;
  dayOf: (instantMs: number) => LocalDate;
  /** Whether a meter hung there in the time of the contract, whatever it measures. */
  isSupplied: (startMs: number) => boolean;
  /** Whether a value of a register came and was refused. */
  isRefused: (registerId: number, startMs: number) => boolean;
}>;

/** For those who want to know why: what a customer is told. */
export const MISSING_TEXTS: Readonly<Record<MissingReason, string>> = {
  NOT_OVER: 'This time is not over yet.',
  NOT_SUPPLIED: 'At this time no meter of this contract was installed here, or the contract did not run.',
  NOT_MEASURED: 'No meter of this contract measures this by the quarter hour; what was used is read from its counter.',
  METER_EXCHANGED: 'The meter was exchanged during this quarter hour, so that neither measured all of it. If the metering operator sends no value by the 8th of the next month, we estimate it and mark it.',
  REFUSED: 'A value has come but cannot be right, so we do not use it. If the metering operator sends no other by the 8th of the next month, we estimate it and mark it.',
  AWAITED: 'The metering operator delivers the values of a day by 11:00 on the next one.',
  OVERDUE: 'The metering operator has not delivered this value. If it does not come by the 8th of the next month, we estimate it and mark it.',
};

const DELIVERED_BY = '11:00';
const deliveryOf = (day: LocalDate): number => atLocalTime(addDays(day, 1), DELIVERED_BY).getTime();

export function missingReason({ startMs, lacking }: Unknown, { nowMs, dayOf, isSupplied, isRefused }: MissingFacts, deliveredBy = deliveryOf): MissingReason {
  if (startMs + QUARTER_HOUR_MS > nowMs) return 'NOT_OVER';
  if (lacking.length === 0) return isSupplied(startMs) ? 'NOT_MEASURED' : 'NOT_SUPPLIED';
  if (lacking.some(({ registerId }) => isRefused(registerId, startMs))) return 'REFUSED';
  if (lacking.some((register) => wasExchangedIn(register, startMs))) return 'METER_EXCHANGED';
  return nowMs < deliveredBy(dayOf(startMs)) ? 'AWAITED' : 'OVERDUE';
}

/** Within an interval that is its first one a meter took another's place, and measured a part of it only. */
const wasExchangedIn = ({ minutes, places }: DueRegister, startMs: number): boolean =>
  places.some((place) => place.takesOver && intervalsFrom(place, minutes * 60_000) <= startMs && startMs < place.fromMs);

/** `unknown` in order of time. */
export function missingRuns(unknown: readonly Unknown[], facts: MissingFacts): Missing[] {
  const runs: { fromMs: number; untilMs: number; reason: MissingReason }[] = [];
  const known = new Map<LocalDate, number>();
  const deliveredBy = (day: LocalDate): number => {
    const instant = known.get(day) ?? deliveryOf(day);
    known.set(day, instant);
    return instant;
  };
  for (const each of unknown) {
    const { startMs } = each;
    const reason = missingReason(each, facts, deliveredBy);
    const last = runs.at(-1);
    if (last?.untilMs === startMs && last.reason === reason) last.untilMs += QUARTER_HOUR_MS;
    else runs.push({ fromMs: startMs, untilMs: startMs + QUARTER_HOUR_MS, reason });
  }
  return runs;
}

// The interval within which a meter took another's place: each has measured a part of it, and nobody tells either.
import { estimate, type Estimate, type MethodRule } from './estimate.ts';
import { type Ground, rounded } from './methods.ts';

/** When a register's meter took the place of another, of which the other register measured the same energy. */
export type Exchange = Readonly<{ registerId: number; oldRegisterId: number; exchangedMs: number }>;

/** The start of the interval, of so many minutes, that is divided; null where it is none: the exchange was between two. */
export function dividedAt({ exchangedMs }: Exchange, minutes: number): number | null {
  const stepMs = minutes * 60_000;
  return exchangedMs % stepMs === 0 ? null : Math.floor(exchangedMs / stepMs) * stepMs;
}

/**
 * The part of one of the meters, from its own side: as much of its next interval as lies in the part, else of what is usual for it. What its counter says goes before that, see
 * `scaleToCounter`. Null where it never measured anything and nothing is expected.
 */
export function partOf({ startMs, fromMs, untilMs, neighbourMs }: { startMs: number; fromMs: number; untilMs: number; neighbourMs: number }, ground: Ground, rules: readonly MethodRule[]): Estimate | null {
  const stepMs = ground.series.minutes * 60_000;
  const gap = { fromMs: startMs, untilMs: startMs + stepMs, startsMs: [startMs] };
  const whole = ground.series.values.get(neighbourMs) ?? estimate(gap, ground, rules.filter(({ method }) => method !== 'INTERPOLATION'))?.[0]!.wattHours;
  return whole === undefined ? null : { startMs, wattHours: rounded(whole * BigInt(untilMs - fromMs), BigInt(stepMs)), method: 'EXCHANGE', inputs: {}, part: { fromMs, untilMs } };
}

/** Both parts together are the interval's estimate. */
export const joined = (before: Estimate, after: Estimate, { exchangedMs }: Exchange): Estimate => ({
  startMs: after.startMs,
  wattHours: before.wattHours + after.wattHours,
  method: 'EXCHANGE',
  inputs: { exchange: { at: new Date(exchangedMs).toISOString(), before: String(before.wattHours), after: String(after.wattHours) } },
});

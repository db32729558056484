import type { Explained } from '../intervals/decide.ts';
import type { ValueStatus } from '../intervals/value.ts';

/** Substitutes of the market one after the other that were formed in one way. Times are UTC milliseconds, the end is exclusive. */
export type Substituted = Readonly<{ fromMs: number; untilMs: number; reason: string; method: string }>;
type Day = Readonly<{ registerId: number; minutes: number; startsMs: readonly number[]; statuses: readonly ValueStatus[] }>;

/** Of `explained`, in order of time, those that stand: a value may have become true since, and where one is ours (`isOurs`) it explains itself. */
export function substitutedRuns(explained: readonly Explained[], days: readonly Day[], isOurs: (registerId: number, startMs: number) => boolean): Substituted[] {
  const lengths = new Map(days.flatMap(({ registerId, minutes, startsMs, statuses }) => startsMs.flatMap((startMs, nth) => (statuses[nth] === 'SUBSTITUTE' ? [[`${registerId} ${startMs}`, minutes * 60_000] as const] : []))));
  const runs: { fromMs: number; untilMs: number; reason: string; method: string }[] = [];
  for (const { registerId, startMs, reason, method } of explained) {
    const lengthMs = lengths.get(`${registerId} ${startMs}`);
    if (lengthMs === undefined || isOurs(registerId, startMs)) continue;
    const last = runs.at(-1);
    if (last?.untilMs === startMs && last.reason === reason && last.method === method) last.untilMs += lengthMs;
    else runs.push({ fromMs: startMs, untilMs: startMs + lengthMs, reason, method });
  }
  return runs;
}

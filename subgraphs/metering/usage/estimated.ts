import { explain } from '../estimation/explain.ts';
import type { Method, WorkingValue } from '../working/overlay.ts';

/** Values of ours one after the other that were formed in one way. Times are UTC milliseconds, the end is exclusive. */
export type Estimated = Readonly<{ fromMs: number; untilMs: number; method: Method; reason: string; explanation: string }>;

/** `working` in order of time. */
export function estimatedRuns(working: readonly WorkingValue[], minutes: number): Estimated[] {
  const runs: { fromMs: number; untilMs: number; method: Method; reason: string; explanation: string }[] = [];
  for (const { startMs, method, reason, inputs } of working) {
    const last = runs.at(-1);
    const explanation = explain(method, inputs);
    if (last?.untilMs === startMs && last.reason === reason && last.explanation === explanation) last.untilMs += minutes * 60_000;
    else runs.push({ fromMs: startMs, untilMs: startMs + minutes * 60_000, method, reason, explanation });
  }
  return runs;
}

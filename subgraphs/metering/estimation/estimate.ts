import type { WattHours } from '@stromgraph/kernel/energy';
import { allocate } from '@stromgraph/kernel/money';
import type { Inputs, Method } from '../working/overlay.ts';
import type { Gap } from './gaps.ts';
import { type Formed, fromLikeDays, fromProfile, type Ground, interpolate } from './methods.ts';

/** Up to which length of a gap a method may be used, in order of preference; null: of any length. */
export type MethodRule = Readonly<{ method: Exclude<Method, 'BY_HAND'>; upToMinutes: number | null }>;
export type Estimate = Readonly<{ startMs: number; wattHours: WattHours; method: Method; inputs: Inputs }>;
/** What a counter advanced between two of its readings, in UTC milliseconds. */
export type CounterAdvance = Readonly<{ fromMs: number; untilMs: number; wattHours: WattHours }>;

const FORM = { INTERPOLATION: interpolate, LIKE_DAYS: fromLikeDays, PROFILE: fromProfile };

/** By the first method that the length of the gap allows and whose inputs are there; null where none is. */
export function estimate(gap: Gap, ground: Ground, rules: readonly MethodRule[]): Estimate[] | null {
  const minutes = (gap.untilMs - gap.fromMs) / 60_000;
  for (const { method, upToMinutes } of rules) {
    if (upToMinutes !== null && minutes > upToMinutes) continue;
    const formed: Formed | null = FORM[method](gap, ground);
    if (formed) return gap.startsMs.map((startMs, nth) => ({ startMs, wattHours: formed.wattHours[nth]!, method, inputs: formed.inputs }));
  }
  return null;
}

/**
 * What the counter says goes before what the shape says: where readings enclose estimates, and all else between them is known, the
 * estimates are scaled so that the sum is the counter's to the watt-hour.
 */
export function scaleToCounter(estimates: readonly Estimate[], { series: { minutes, values } }: Ground, advances: readonly CounterAdvance[]): Estimate[] {
  const stepMs = minutes * 60_000;
  const scaled = new Map(estimates.map((each) => [each.startMs, each]));
  for (const { fromMs, untilMs, wattHours } of advances) {
    const within = estimates.filter(({ startMs }) => startMs >= fromMs && startMs + stepMs <= untilMs);
    if (within.length === 0 || fromMs % stepMs !== 0 || untilMs % stepMs !== 0) continue;
    const starts = Array.from({ length: (untilMs - fromMs) / stepMs }, (_, nth) => fromMs + nth * stepMs);
    if (!starts.every((startMs) => values.has(startMs) || scaled.has(startMs))) continue;
    const rest = starts.reduce((left, startMs) => left - (values.get(startMs) ?? 0n), wattHours);
    if (rest < 0n) continue;
    const parts = allocate(rest, within.map((each) => each.wattHours));
    const counter = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString(), wattHours: String(wattHours) };
    within.forEach((each, nth) => scaled.set(each.startMs, { ...each, wattHours: parts[nth]!, inputs: { ...each.inputs, counter } }));
  }
  return [...scaled.values()];
}

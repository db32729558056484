import type { WattHours } from '@stromgraph/kernel/energy';
import { allocate } from '@stromgraph/kernel/money';
import type { Inputs, Method } from '../working/overlay.ts';
import type { Gap } from './gaps.ts';
import { type Formed, fromLikeDays, fromProfile, type Ground, interpolate } from './methods.ts';

/** Up to which length of a gap a method may be used, in order of preference; null: of any length. */
export type MethodRule = Readonly<{ method: keyof typeof FORM; upToMinutes: number | null }>;
/** `part`: it is of so much of its interval only. */
export type Estimate = Readonly<{ startMs: number; wattHours: WattHours; method: Method; inputs: Inputs; part?: Part }>;
/** The time of a part of an interval, in UTC milliseconds. */
export type Part = Readonly<{ fromMs: number; untilMs: number }>;
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
  const timeOf = ({ startMs, part }: Estimate): Part => part ?? { fromMs: startMs, untilMs: startMs + stepMs };
  for (const { fromMs, untilMs, wattHours } of advances) {
    const within = estimates.filter((each) => timeOf(each).fromMs >= fromMs && timeOf(each).untilMs <= untilMs);
    const [first, last] = [Math.ceil(fromMs / stepMs) * stepMs, Math.floor(untilMs / stepMs) * stepMs];
    const starts = Array.from({ length: Math.max(0, (last - first) / stepMs) }, (_, nth) => first + nth * stepMs);
    const coveredMs = within.reduce((sum, { part }) => sum + (part ? part.untilMs - part.fromMs : 0), starts.length * stepMs);
    if (within.length === 0 || coveredMs !== untilMs - fromMs) continue;
    const isThere = (startMs: number) => values.has(startMs) || (scaled.has(startMs) && !scaled.get(startMs)!.part);
    if (!starts.every(isThere)) continue;
    const rest = starts.reduce((left, startMs) => left - (values.get(startMs) ?? 0n), wattHours);
    if (rest < 0n) continue;
    const parts = allocate(rest, within.map((each) => each.wattHours));
    const counter = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString(), wattHours: String(wattHours) };
    within.forEach((each, nth) => scaled.set(each.startMs, { ...each, wattHours: parts[nth]!, inputs: { ...each.inputs, counter } }));
  }
  return [...scaled.values()];
}

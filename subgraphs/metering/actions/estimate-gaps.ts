import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type Estimate, estimate, scaleToCounter } from '../estimation/estimate.ts';
import { findGaps, type Gap } from '../estimation/gaps.ts';
import { advancesAround, daysNeeded, estimatedBefore } from '../estimation/ground.ts';
import { makeDayFinder } from '../intervals/berlin-day.ts';
import { type EstimatedRegister, lockRegisters, openGaps, readsAround } from '../store/estimation.ts';
import { type DayOfRegister, methodRules } from '../store/working.ts';
import { ESTIMATE_GAPS } from './plan-estimates.ts';
import { setValues } from './set-values.ts';
import { workedDays } from './work-over-days.ts';

const BY = 'validation';
const REASON = 'The market has delivered no value by the time that it has for final ones.';
/** In one transaction, each with the weeks before it. */
const MAX_DAYS = 30;
/** Readings so far from a gap are looked for. */
const READS_WITHIN_DAYS = 62;
/** A sender has at least this time to complete a day. */
const GRACE_MS = 86_400_000;

const dayFinder = makeDayFinder();

/** Estimates what is due on a day, some days of registers at a time: `subject` is the day, and the place of the last one that was looked at. */
export async function estimateDueGaps(tx: Tx, subject: string): Promise<void> {
  const [dueOn, registerId = '0', day = '0001-01-01'] = subject.split(' ') as [LocalDate, string?, LocalDate?];
  const now = await businessNow(tx);
  const gaps = await openGaps(tx, {
    before: estimatedBefore(dayOf(now)),
    foundUntil: new Date(now.getTime() - GRACE_MS),
    after: { registerId: Number(registerId), day },
    first: MAX_DAYS,
  });
  const last = gaps.at(-1);
  if (!last) return;
  await estimateGaps(tx, gaps, { now, by: BY, reason: REASON });
  await schedule(tx, { kind: ESTIMATE_GAPS, subject: `${dueOn} ${last.registerId} ${last.day}`, dueAt: now });
}

export type EstimatedGaps = Readonly<{ estimated: DayOfRegister[]; left: DayOfRegister[] }>;

type Order = Readonly<{ now: Date; by: string; reason: string; rule?: string; /** Values that are to be taken for missing, and no others. */ doubted?: readonly number[] }>;

/** Fills the gaps of some days with estimates and tells of them. `left` are days for which no method has its inputs: a person decides. */
export async function estimateGaps(tx: Tx, gaps: readonly DayOfRegister[], { now, by, reason, rule = 'R01', doubted }: Order): Promise<EstimatedGaps> {
  const daysOf = new Map([...Map.groupBy(gaps, ({ registerId }) => registerId)].map(([id, all]) => [id, all.map(({ day }) => day)]));
  const registers = await lockRegisters(tx, [...daysOf.keys()]);
  const rules = await methodRules(tx);
  const sorted = gaps.map(({ day }) => day).sort();
  const reads = Map.groupBy(
    await readsAround(tx, [...daysOf.keys()], { from: startOfDay(addDays(sorted[0]!, -READS_WITHIN_DAYS)), until: startOfDay(addDays(sorted.at(-1)!, READS_WITHIN_DAYS)) }),
    ({ registerId }) => registerId,
  );
  const grounds = registers.map((register) => {
    const own = daysOf.get(register.registerId)!;
    const advances = advancesAround(register, reads.get(register.registerId) ?? [], own);
    return { register, own, advances, needed: daysNeeded(own, advances, dayFinder) };
  });
  const { days } = await workedDays(tx, grounds.flatMap(({ register: { registerId }, needed }) => needed.map((day) => ({ registerId, day }))));
  const known = Map.groupBy(days, ({ registerId }) => registerId);
  const estimates = grounds.flatMap(({ register, own, advances }) => {
    const { registerId, minutes, expectedWattHours } = register;
    if (minutes === null) return [];
    const values = new Map((known.get(registerId) ?? []).flatMap(({ startsMs, wattHours }) => startsMs.map((startMs, nth) => [startMs, wattHours[nth]!] as const)));
    for (const startMs of doubted ?? []) values.delete(startMs);
    const ground = { series: { minutes, values }, dayOf: dayFinder, expectedWattHoursAYear: expectedWattHours };
    const placed = findGaps(ground.series, own).flatMap((gap) => withinPlaces(gap, register));
    const formed = placed.flatMap((gap) => estimate(gap, ground, rules) ?? []).filter(({ startMs }) => doubted?.includes(startMs) ?? true);
    return scaleToCounter(formed, ground, advances).map((each) => ({ ...each, registerId, minutes, reason }));
  });
  const ofDay = Map.groupBy(estimates, ({ registerId, startMs }) => `${registerId} ${dayFinder(startMs)}`);
  const has = ({ registerId, day }: DayOfRegister) => ofDay.has(`${registerId} ${day}`);
  const outcome = { estimated: gaps.filter(has), left: gaps.filter((gap) => !has(gap)) };
  const changed = outcome.estimated.map(({ registerId, day }) => ({ registerId, day, rule, detail: wordsOf(ofDay.get(`${registerId} ${day}`)!) }));
  await setValues(tx, changed, estimates, { now, by });
  return outcome;
}

const wordsOf = (all: readonly Estimate[]): string => `${all.length} values were estimated: ${[...new Set(all.map(({ method }) => method))].sort().join(', ')}`;

/** Nothing is estimated of a time in which the meter did not hang at a contract of ours. */
function withinPlaces({ startsMs }: Gap, { minutes, places }: EstimatedRegister): Gap[] {
  const stepMs = minutes! * 60_000;
  const runs: { fromMs: number; untilMs: number; startsMs: number[] }[] = [];
  for (const startMs of startsMs) {
    if (!places.some(({ fromMs, untilMs }) => fromMs <= startMs && startMs + stepMs <= untilMs)) continue;
    const last = runs.at(-1);
    if (last?.untilMs === startMs) {
      last.untilMs += stepMs;
      last.startsMs.push(startMs);
    } else runs.push({ fromMs: startMs, untilMs: startMs + stepMs, startsMs: [startMs] });
  }
  return runs;
}

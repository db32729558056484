import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type CounterAdvance, type Estimate, estimate, scaleToCounter } from '../estimation/estimate.ts';
import { dividedAt, joined, partOf } from '../estimation/exchange.ts';
import { findGaps, type Gap } from '../estimation/gaps.ts';
import { advancesAround, daysNeeded, estimatedBefore } from '../estimation/ground.ts';
import type { Ground } from '../estimation/methods.ts';
import { makeDayFinder } from '../intervals/berlin-day.ts';
import { type EstimatedRegister, exchangesOn, lockRegisters, openGaps, readsAround } from '../store/estimation.ts';
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
  const exchanges = await exchangesOn(tx, gaps);
  const besides = exchanges.filter(({ oldRegisterId }) => !daysOf.has(oldRegisterId)).map(({ oldRegisterId: registerId, exchangedMs }) => ({ registerId, day: dayFinder(exchangedMs) }));
  const registers = await lockRegisters(tx, [...daysOf.keys(), ...besides.map(({ registerId }) => registerId)]);
  const grounds = await groundsOf(tx, registers, (id) => daysOf.get(id) ?? besides.flatMap(({ registerId, day }) => (registerId === id ? [day] : [])), doubted);
  const rules = await methodRules(tx);
  const asked = (startMs: number) => doubted?.includes(startMs) ?? true;
  const gapsOf = new Map([...daysOf].flatMap(([id, days]) => {
    const found = grounds.get(id);
    return found ? [[id, findGaps(found.ground.series, days).flatMap((gap) => withinPlaces(gap, found.register))] as const] : [];
  }));
  const divided = exchanges.flatMap((exchange) => {
    const [old, own] = [grounds.get(exchange.oldRegisterId), grounds.get(exchange.registerId)];
    const startMs = own ? dividedAt(exchange, own.ground.series.minutes) : null;
    if (!old || !own || startMs === null || !asked(startMs) || !gapsOf.get(exchange.registerId)?.some(({ startsMs }) => startsMs.includes(startMs))) return [];
    const [oldStepMs, stepMs] = [old, own].map(({ ground }) => ground.series.minutes * 60_000) as [number, number];
    const before = partOf({ startMs, fromMs: startMs, untilMs: exchange.exchangedMs, neighbourMs: startMs - oldStepMs }, old.ground, rules);
    const after = partOf({ startMs, fromMs: exchange.exchangedMs, untilMs: startMs + stepMs, neighbourMs: startMs + stepMs }, own.ground, rules);
    return before && after ? [{ exchange, startMs, before, after }] : [];
  });
  const formed = [...grounds].map(([registerId, { register, ground, advances }]) => {
    const isDivided = (startMs: number) => divided.some((each) => each.exchange.registerId === registerId && each.startMs === startMs);
    const whole = (gapsOf.get(registerId) ?? []).flatMap((gap) => without(gap, isDivided, register.minutes!)).flatMap((gap) => estimate(gap, ground, rules) ?? []).filter(({ startMs }) => asked(startMs));
    const parts = divided.flatMap(({ exchange, before, after }) => [...(exchange.oldRegisterId === registerId ? [before] : []), ...(exchange.registerId === registerId ? [after] : [])]);
    return { register, estimates: scaleToCounter([...whole, ...parts], ground, advances) };
  });
  const partAt = (registerId: number, startMs: number) => formed.find(({ register }) => register.registerId === registerId)!.estimates.find((each) => each.part && each.startMs === startMs)!;
  const estimates = formed.flatMap(({ register: { registerId, minutes }, estimates: all }) => [
    ...all.filter(({ part }) => !part),
    ...divided.flatMap(({ exchange, startMs }) => (exchange.registerId === registerId ? [joined(partAt(exchange.oldRegisterId, startMs), partAt(registerId, startMs), exchange)] : [])),
  ].map((each) => ({ ...each, registerId, minutes: minutes!, reason })));
  const ofDay = Map.groupBy(estimates, ({ registerId, startMs }) => `${registerId} ${dayFinder(startMs)}`);
  const has = ({ registerId, day }: DayOfRegister) => ofDay.has(`${registerId} ${day}`);
  const outcome = { estimated: gaps.filter(has), left: gaps.filter((gap) => !has(gap)) };
  const changed = outcome.estimated.map(({ registerId, day }) => ({ registerId, day, rule, detail: wordsOf(ofDay.get(`${registerId} ${day}`)!) }));
  await setValues(tx, changed, estimates, { now, by });
  return outcome;
}

type Grounds = Map<number, Readonly<{ register: EstimatedRegister; ground: Ground; advances: CounterAdvance[] }>>;

/** What estimates of some days of registers are formed from; nothing of one that has never had an interval. */
async function groundsOf(tx: Tx, registers: readonly EstimatedRegister[], daysOf: (registerId: number) => readonly LocalDate[], doubted: readonly number[] = []): Promise<Grounds> {
  const sorted = registers.flatMap(({ registerId }) => daysOf(registerId)).sort();
  const reads = Map.groupBy(
    await readsAround(tx, registers.map(({ registerId }) => registerId), { from: startOfDay(addDays(sorted[0]!, -READS_WITHIN_DAYS)), until: startOfDay(addDays(sorted.at(-1)!, READS_WITHIN_DAYS)) }),
    ({ registerId }) => registerId,
  );
  const asked = registers.map((register) => {
    const own = daysOf(register.registerId);
    const advances = advancesAround(register, reads.get(register.registerId) ?? [], own);
    return { register, advances, needed: daysNeeded(own, advances, dayFinder) };
  });
  const { days } = await workedDays(tx, asked.flatMap(({ register: { registerId }, needed }) => needed.map((day) => ({ registerId, day }))));
  const known = Map.groupBy(days, ({ registerId }) => registerId);
  return new Map(asked.flatMap(({ register, advances }) => {
    const { registerId, minutes, expectedWattHours } = register;
    if (minutes === null) return [];
    const values = new Map((known.get(registerId) ?? []).flatMap(({ startsMs, wattHours }) => startsMs.map((startMs, nth) => [startMs, wattHours[nth]!] as const)));
    for (const startMs of doubted) values.delete(startMs);
    return [[registerId, { register, ground: { series: { minutes, values }, dayOf: dayFinder, expectedWattHoursAYear: expectedWattHours }, advances }] as const];
  }));
}

const wordsOf = (all: readonly Estimate[]): string => `${all.length} values were estimated: ${[...new Set(all.map(({ method }) => method))].sort().join(', ')}`;

/** Nothing is estimated of a time in which the meter did not hang at a contract of ours. */
const withinPlaces = (gap: Gap, { minutes, places }: EstimatedRegister): Gap[] =>
  without(gap, (startMs) => !places.some(({ fromMs, untilMs }) => fromMs <= startMs && startMs + minutes! * 60_000 <= untilMs), minutes!);

/** What is left of a gap. */
function without({ startsMs }: Gap, isOut: (startMs: number) => boolean, minutes: number): Gap[] {
  const stepMs = minutes * 60_000;
  const runs: { fromMs: number; untilMs: number; startsMs: number[] }[] = [];
  for (const startMs of startsMs) {
    if (isOut(startMs)) continue;
    const last = runs.at(-1);
    if (last?.untilMs === startMs) {
      last.untilMs += stepMs;
      last.startsMs.push(startMs);
    } else runs.push({ fromMs: startMs, untilMs: startMs + stepMs, startsMs: [startMs] });
  }
  return runs;
}

import type { Tx } from '@stromgraph/kernel/database';
import { berlinDay } from '../intervals/berlin-day.ts';
import { releasedOf, releaseKey, saveFindings } from '../store/findings.ts';
import { type Place, placesOf } from '../store/estimation.ts';
import type { StoredDay } from '../store/intervals.ts';
import { sumsEndingOn, usualDays } from '../store/rule-facts.ts';
import { type DayFacts, findingsOf, level } from '../validation/stored/day-rules.ts';
import type { RuleBook } from '../validation/stored/rule.ts';
import { planEstimates } from './plan-estimates.ts';

/** For which batch values are looked at, when, and by which thresholds. */
export type Examined = Readonly<{ batchId: string; now: Date; book: RuleBook }>;

export type Verdict = Readonly<{ isHeld: boolean; isDoubted: boolean; missing: readonly number[] }>;

const BY = 'validation';
const SUSPICIOUS_TIMES = 4;

/**
 * Holds the stored days against the rules about stored values and writes down what they find, but for what was released.
 * `hasReadings`: false where it is known that no counter of theirs was read on them. Answers what there is to say of days: an undecided error, with which they are not billed as they
 * stand, whether it is about values that are there, and the starts of intervals that the register has to deliver and that are not known.
 */
export async function examineDays(tx: Tx, days: readonly StoredDay[], expected: ReadonlyMap<string, bigint>, { batchId, now, book, hasReadings }: Examined & { hasReadings: boolean }): Promise<ReadonlyMap<StoredDay, Verdict>> {
  if (days.length === 0) return new Map();
  const partial = days.filter((day) => !isWhole(day));
  const places = partial.length > 0 ? await placesOf(tx, [...new Set(partial.map(({ registerId }) => registerId))]) : new Map<number, Place[]>();
  const sums: Awaited<ReturnType<typeof sumsEndingOn>> = hasReadings ? await sumsEndingOn(tx, days) : new Map();
  const facts = new Map(days.map((day) => [day, { ...factsOf(day, { expected: expected.get(day.contractId) ?? 0n, places: places.get(day.registerId) ?? [], now }), sums: sums.get(keyOf(day)) ?? null }]));
  const usual = await usualDays(tx, days.filter((day) => isFarFromExpected(facts.get(day)!)));
  const found = days.flatMap((day) => {
    const findings = findingsOf(book, { ...facts.get(day)!, ...usual.get(keyOf(day)) });
    return findings.length > 0 ? [{ day, findings }] : [];
  });
  const missing = new Map(partial.map((day) => [day, missingOf(facts.get(day)!)]));
  if (found.length === 0) return verdictsOf(missing, []);
  const released = await releasedOf(tx, found.map(({ day }) => day));
  const open = found.map(({ day, findings }) => ({ day, findings: findings.filter(({ rule }) => !released.has(releaseKey(day.registerId, day.day, rule))) }));
  const keyed = open.flatMap(({ day: { registerId, day, version }, findings }) => findings.map((finding) => ({ registerId, day, version, ...finding })));
  await saveFindings(tx, keyed, { batchId, at: now, by: BY });
  await planEstimates(tx, open.filter(({ findings }) => findings.some(({ rule, severity }) => rule === 'R01' && severity === 'ERROR')).map(({ day: { day } }) => day), now);
  return verdictsOf(missing, open.flatMap(({ day, findings }) => {
    const errors = findings.filter(({ severity }) => severity === 'ERROR');
    return errors.length > 0 ? [{ day, isDoubted: errors.some(({ rule }) => rule !== 'R01') }] : [];
  }));
}

function verdictsOf(missing: ReadonlyMap<StoredDay, readonly number[]>, held: readonly { day: StoredDay; isDoubted: boolean }[]): ReadonlyMap<StoredDay, Verdict> {
  const verdicts = new Map<StoredDay, Verdict>([...missing].map(([day, starts]) => [day, { isHeld: false, isDoubted: false, missing: starts }]));
  for (const { day, isDoubted } of held) verdicts.set(day, { isHeld: true, isDoubted, missing: missing.get(day) ?? [] });
  return verdicts;
}

const missingOf = ({ startsMs, wattHours }: DayFacts): number[] => startsMs.filter((_, nth) => wattHours[nth] === null);

const keyOf = ({ registerId, day }: StoredDay): string => `${registerId} ${day}`;
/** Only then it matters what is usual: a day that has about what is expected has no wrong unit. */
const isFarFromExpected = (facts: DayFacts): boolean => facts.expectedWattHoursAYear === 0 || level(facts).some(({ measure }) => measure > SUSPICIOUS_TIMES);

/** Whether every interval that the day has is known: then it does not matter where the meter hung. */
function isWhole({ day, minutes, startsMs }: StoredDay): boolean {
  const { fromMs, untilMs } = berlinDay(day);
  return startsMs.length * minutes * 60_000 === untilMs - fromMs;
}

/** The day with a place for every interval that it has, known or not; none for a time in which the meter did not hang at a contract of ours. */
function factsOf(stored: StoredDay, { expected, places, now }: { expected: bigint; places: readonly Place[]; now: Date }): DayFacts {
  const { day, minutes, startsMs, wattHours } = stored;
  const { fromMs, untilMs } = berlinDay(day);
  const stepMs = minutes * 60_000;
  const about = { minutes, isOver: untilMs <= now.getTime(), expectedWattHoursAYear: Number(expected) };
  if (isWhole(stored)) return { ...about, startsMs, wattHours: wattHours.map(Number) };
  const known = new Map(startsMs.map((startMs, nth) => [startMs, Number(wattHours[nth])]));
  const starts = Array.from({ length: (untilMs - fromMs) / stepMs }, (_, nth) => fromMs + nth * stepMs).filter(
    (startMs) => known.has(startMs) || places.some((place) => place.fromMs <= startMs && startMs + stepMs <= place.untilMs),
  );
  const values = starts.map((startMs) => known.get(startMs) ?? null);
  return { ...about, startsMs: starts, wattHours: values };
}

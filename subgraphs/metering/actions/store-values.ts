import { addMonths, dayOf, startOfDay } from '@stromgraph/kernel/time';
import type { Tx } from '@stromgraph/kernel/database';
import { makeDayFinder } from '../intervals/berlin-day.ts';
import { decide } from '../intervals/decide.ts';
import { foldDays } from '../intervals/fold.ts';
import type { GivenInterval, Rejection } from '../intervals/value.ts';
import { type GivenReading, type PlacedReading, statusOf } from '../meters/reading.ts';
import { addCounts, type Counts, saveRejections } from '../store/batches.ts';
import { foldIntoUsage, knownValues, saveIntervals } from '../store/intervals.ts';
import { lockMeterFacts } from '../store/meter-facts.ts';
import { addReading, knownReadings, replaceReading } from '../store/readings.ts';
import { isFault } from '../validation/check-interval.ts';
import { checkReading } from '../validation/check-reading.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import { placeIntervals, rejectionOf } from '../validation/place.ts';
import { replacementFault } from '../validation/replacement.ts';

/** Older values are not taken: nothing may be billed from them any more. */
export const KEPT_MONTHS = 36;
export const oldestKept = (now: Date): Date => startOfDay(`${addMonths(dayOf(now), -KEPT_MONTHS).slice(0, 7)}-01`);

export type Values = Readonly<{ intervals: readonly GivenInterval[]; readings: readonly GivenReading[]; unreadable: readonly Rejection[] }>;
export type About = Readonly<{ batchId: string; now: Date; by: string }>;

const dayFinder = makeDayFinder();

/** Stores what is right of some values, refuses the rest with a reason each, and counts both in the batch. */
export async function storeValues(tx: Tx, { intervals, readings, unreadable }: Values, about: About): Promise<Counts> {
  const meters = await lockMeterFacts(tx, [...new Set([...intervals, ...readings].map(({ meterNumber }) => meterNumber))]);
  const ofIntervals = await storeIntervals(tx, intervals, meters, about);
  const ofReadings = await storeReadings(tx, readings, meters, about);
  const rejections = [...unreadable, ...ofIntervals.rejections, ...ofReadings.rejections];
  await saveRejections(tx, about.batchId, rejections, { at: about.now, by: about.by });
  const counts = {
    accepted: ofIntervals.accepted + ofReadings.accepted,
    unchanged: ofIntervals.unchanged + ofReadings.unchanged,
    rejected: rejections.length,
  };
  await addCounts(tx, about.batchId, counts);
  return counts;
}

type Stored = Readonly<{ accepted: number; unchanged: number; rejections: readonly Rejection[] }>;

async function storeIntervals(
  tx: Tx,
  intervals: readonly GivenInterval[],
  meters: ReadonlyMap<string, MeterFacts>,
  { batchId, now }: About,
): Promise<Stored> {
  const { placed, rejections } = placeIntervals(intervals, meters, {
    nowMs: now.getTime(),
    oldestMs: oldestKept(now).getTime(),
    dayOf: dayFinder,
  });
  const decided = decide(placed, await knownValues(tx, placed));
  await saveIntervals(tx, decided, { knownFrom: now, batchId });
  await foldIntoUsage(tx, foldDays(decided), { knownAt: now, batchId });
  const refused = decided.refused.map(({ placed: { given, registerId }, reason }) =>
    rejectionOf(given, { rule: 'R02', reason, registerId }),
  );
  return {
    accepted: decided.added.length + decided.replaced.length,
    unchanged: decided.unchanged,
    rejections: [...rejections, ...refused],
  };
}

/** Few of them come at a time, so each is looked at by itself; two of one instant in a batch are looked at in turn. */
async function storeReadings(
  tx: Tx,
  readings: readonly GivenReading[],
  meters: ReadonlyMap<string, MeterFacts>,
  { batchId, now }: About,
): Promise<Stored> {
  const rejections: Rejection[] = [];
  let [accepted, unchanged] = [0, 0];
  const refuse = (given: GivenReading, rule: Rejection['rule'], reason: string, registerId: number | null) =>
    rejections.push({
      row: given.row,
      path: given.path,
      meterNumber: given.meterNumber,
      obis: given.obis,
      startMs: given.readAtMs,
      rule,
      reason,
      registerId,
    });
  const placed: PlacedReading[] = [];
  for (const given of readings) {
    const outcome = checkReading(given, meters.get(given.meterNumber), now.getTime());
    if (isFault(outcome)) refuse(given, outcome.rule, outcome.reason, outcome.registerId);
    else placed.push(outcome);
  }
  for (const each of placed) {
    const { given } = each;
    const [known] = await knownReadings(tx, [each]);
    if (known && known.wattHours === given.wattHours && known.quality === given.quality) {
      unchanged += 1;
      continue;
    }
    const reason = known && replacementFault(statusOf(known.quality), statusOf(given.quality), given);
    if (reason) {
      refuse(given, 'R02', reason, each.registerId);
      continue;
    }
    if (known) await replaceReading(tx, known, each, { batchId, at: now });
    else await addReading(tx, each, { batchId, at: now });
    accepted += 1;
  }
  return { accepted, unchanged, rejections };
}

import type { Tx } from '@stromgraph/kernel/database';
import type { Rejection } from '../intervals/value.ts';
import { type GivenReading, type PlacedReading, type ReadingQuality, statusOf } from '../meters/reading.ts';
import { addReadings, knownReadings, type KnownReading, type ReplacedReading, replaceReadings } from '../store/readings.ts';
import { isFault } from '../validation/check-interval.ts';
import { checkReading } from '../validation/check-reading.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import { replacementFault } from '../validation/replacement.ts';

export type StoredReadings = Readonly<{ accepted: number; unchanged: number; rejections: readonly Rejection[] }>;

type Standing = { readonly known: KnownReading | null; wattHours: bigint; quality: ReadingQuality; next: PlacedReading | null; reason: string | null };

/** Two of one instant in a batch are looked at in turn, and the last that may stand is stored; all of them go to the database together. */
export async function storeReadings(
  tx: Tx,
  readings: readonly GivenReading[],
  meters: ReadonlyMap<string, MeterFacts>,
  { batchId, now }: Readonly<{ batchId: string; now: Date }>,
): Promise<StoredReadings> {
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
  const known = await knownReadings(tx, placed);
  const standing = new Map<string, Standing>();
  placed.forEach((each, nth) => {
    const { given, registerId } = each;
    const place = `${registerId} ${given.readAtMs}`;
    const there = standing.get(place) ?? standingOf(known[nth]!);
    if (there && there.wattHours === given.wattHours && there.quality === given.quality) return void (unchanged += 1);
    const fault = there && replacementFault(statusOf(there.quality), statusOf(given.quality), given);
    if (fault) return refuse(given, 'R02', fault, registerId);
    accepted += 1;
    const { wattHours, quality } = given;
    standing.set(place, { known: there?.known ?? null, wattHours, quality, next: each, reason: given.reason ?? there?.reason ?? null });
  });
  const changed = [...standing.values()].filter((each): each is Standing & { next: PlacedReading } => each.next !== null);
  await addReadings(tx, changed.flatMap(({ known, next }) => (known ? [] : [next])), { batchId, at: now });
  await replaceReadings(tx, changed.flatMap(({ known, next, reason }): ReplacedReading[] => (known ? [{ known, next, reason }] : [])), { batchId, at: now });
  return { accepted, unchanged, rejections };
}

const standingOf = (known: KnownReading | null): Standing | null => known && { known, wattHours: known.wattHours, quality: known.quality, next: null, reason: null };

import type { Tx } from '@stromgraph/kernel/database';
import { saidBefore } from '../intervals/decide.ts';
import type { Stretch } from '../intervals/stretches.ts';
import type { Rejection } from '../intervals/value.ts';
import { type GivenReading, type PlacedReading, type ReadingQuality, statusOf } from '../meters/reading.ts';
import { rememberRows, stretchesAt } from '../store/file-rows.ts';
import { addReadings, knownReadings, type ReplacedReading, replaceReadings } from '../store/readings.ts';
import { isFault } from '../validation/check-interval.ts';
import { checkReading } from '../validation/check-reading.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import { replacementFault } from '../validation/replacement.ts';

export type StoredReadings = Readonly<{ accepted: number; unchanged: number; rejections: readonly Rejection[] }>;

type Said = Readonly<{ row: number; wattHours: bigint; quality: ReadingQuality; isOfEarlierPart?: true }>;
/** A reading takes no time; what is remembered of it does. */
const INSTANT_MS = 1;

/** Of two of one instant in a batch the first stands, as of intervals; all go to the database together. */
export async function storeReadings(
  tx: Tx,
  readings: readonly GivenReading[],
  meters: ReadonlyMap<string, MeterFacts>,
  { batchId, now, inParts = false }: Readonly<{ batchId: string; now: Date; inParts?: boolean }>,
): Promise<StoredReadings> {
  const rejections: Rejection[] = [];
  let unchanged = 0;
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
  const said = new Map<string, Said>();
  if (inParts) {
    const contested = placed.flatMap(({ given, registerId }, nth) => {
      const there = known[nth];
      return there && (there.wattHours !== given.wattHours || there.quality !== given.quality) ? [{ registerId, startMs: given.readAtMs, there }] : [];
    });
    (await stretchesAt(tx, batchId, contested)).forEach((before, nth) => {
      const { registerId, startMs, there } = contested[nth]!;
      if (before) said.set(`${registerId} ${startMs}`, { row: before.row, wattHours: there.wattHours, quality: there.quality, isOfEarlierPart: true });
    });
  }
  const stretches: Stretch[] = [];
  const [added, replaced]: [PlacedReading[], ReplacedReading[]] = [[], []];
  placed.forEach((each, nth) => {
    const { given, registerId } = each;
    const place = `${registerId} ${given.readAtMs}`;
    const [before, there] = [said.get(place), known[nth]!];
    const stands = before ?? there;
    const isSame = stands?.wattHours === given.wattHours && stands.quality === given.quality;
    if (before && !isSame) return refuse(given, 'R02', before.isOfEarlierPart ? saidBefore(before.row, 'instant') : `row ${before.row} says something else of the same instant`, registerId);
    const fault = there && !isSame ? replacementFault(statusOf(there.quality), statusOf(given.quality), given) : null;
    if (fault) return refuse(given, 'R02', fault, registerId);
    if (!before) {
      said.set(place, given);
      stretches.push({ registerId, startMs: given.readAtMs, untilMs: given.readAtMs + INSTANT_MS, row: given.row, rowStep: 1 });
    }
    if (isSame) return void (unchanged += 1);
    if (there) replaced.push({ known: there, next: each });
    else added.push(each);
  });
  await addReadings(tx, added, { batchId, at: now });
  await replaceReadings(tx, replaced, { batchId, at: now });
  if (inParts) await rememberRows(tx, batchId, stretches);
  return { accepted: added.length + replaced.length, unchanged, rejections };
}

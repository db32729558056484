import type { Tx } from '@stromgraph/kernel/database';
import type { Rejection } from '../intervals/value.ts';
import { type GivenReading, type PlacedReading, statusOf } from '../meters/reading.ts';
import { addReading, knownReadings, replaceReading } from '../store/readings.ts';
import { isFault } from '../validation/check-interval.ts';
import { checkReading } from '../validation/check-reading.ts';
import type { MeterFacts } from '../validation/meter-facts.ts';
import { replacementFault } from '../validation/replacement.ts';

export type StoredReadings = Readonly<{ accepted: number; unchanged: number; rejections: readonly Rejection[] }>;

/** Few of them come at a time, so each is looked at by itself; two of one instant in a batch are looked at in turn. */
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

import type { GivenInterval, PlacedInterval, Rejection } from '../intervals/value.ts';
import { checkInterval, type Circumstances, isFault } from './check-interval.ts';
import type { MeterFacts } from './meter-facts.ts';

/** Checks each interval by itself; of a register that had no values yet the first one sets the length of all. */
export function placeIntervals(
  all: readonly GivenInterval[],
  meters: ReadonlyMap<string, MeterFacts>,
  circumstances: Circumstances,
): { placed: PlacedInterval[]; rejections: Rejection[] } {
  const placed: PlacedInterval[] = [];
  const rejections: Rejection[] = [];
  const lengths = new Map<number, number>();
  for (const given of all) {
    const outcome = checkInterval(given, meters.get(given.meterNumber), circumstances);
    if (isFault(outcome)) {
      rejections.push(rejectionOf(given, outcome));
      continue;
    }
    const { registerId, minutes } = outcome;
    const length = lengths.get(registerId) ?? minutes;
    lengths.set(registerId, length);
    if (length === minutes) placed.push(outcome);
    else
      rejections.push(
        rejectionOf(given, { rule: 'R06', reason: `this register has intervals of ${length} minutes, not ${minutes}`, registerId }),
      );
  }
  return { placed, rejections };
}

export const rejectionOf = (
  given: GivenInterval,
  { rule, reason, registerId }: Pick<Rejection, 'rule' | 'reason' | 'registerId'>,
): Rejection => ({
  row: given.row,
  path: given.path,
  meterNumber: given.meterNumber,
  obis: given.obis,
  startMs: given.startMs,
  rule,
  reason,
  registerId,
});

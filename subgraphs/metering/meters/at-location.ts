import { type Run, valueAt } from '../intervals/run.ts';
import type { Rejection } from '../intervals/value.ts';
import { intervalsFrom, type Stay } from '../validation/meter-facts.ts';
import { rejectionOf } from '../validation/place.ts';
import type { GivenReading } from './reading.ts';

/** A register of a meter, while the meter hangs at a market location. */
export type Hanging = Omit<Stay, 'supplies'> & Readonly<{ meterNumber: string; obis: string }>;
export type Location = Readonly<{ maloId: string; meters: readonly Hanging[] }>;
type Values = Readonly<{ intervals: readonly Run[]; readings: readonly GivenReading[] }>;
type Wanted = Readonly<{ meterNumber: string; obis: string; startMs: number; endMs: number }>;

/**
 * Hands what the market delivers for a location to the meters that hung there then: to the one that it names and to no other, or, where it
 * names the location alone, to the one that measures this energy. What has no such meter, or two, is refused (R14).
 */
export function assignMeters({ intervals, readings }: Values, location: Location): { intervals: Run[]; readings: GivenReading[]; rejections: Rejection[] } {
  const rejections: Rejection[] = [];
  const refuse = (value: Parameters<typeof rejectionOf>[0], { reason }: { reason: string }) => rejections.push(rejectionOf(value, { rule: 'R14', reason, registerId: null }));
  const assigned = intervals.flatMap((run) => {
    const runs: Run[] = [];
    run.wattHours.forEach((wattHours, at) => {
      const value = valueAt(run, at);
      const meterNumber = meterThen(location, value);
      if (typeof meterNumber !== 'string') return void refuse(value, meterNumber);
      const last = runs.at(-1);
      if (last?.meterNumber === meterNumber && last.row + last.wattHours.length === value.row) (last.wattHours as number[]).push(wattHours);
      else runs.push({ ...run, meterNumber, row: value.row, nth: run.nth + at, startMs: value.startMs, wattHours: [wattHours] });
    });
    return runs;
  });
  const read = readings.flatMap((reading): GivenReading[] => {
    const { row, path, meterNumber, obis, readAtMs } = reading;
    const found = meterThen(location, { meterNumber, obis, startMs: readAtMs, endMs: readAtMs });
    if (typeof found === 'string') return [{ ...reading, meterNumber: found }];
    rejections.push({ row, path, meterNumber, obis, startMs: readAtMs, rule: 'R14', reason: found.reason, registerId: null });
    return [];
  });
  return { intervals: assigned, readings: read, rejections };
}

/** An instant at which a meter gives way to another belongs to both. */
function meterThen({ maloId, meters }: Location, { meterNumber, obis, startMs, endMs }: Wanted): string | { reason: string } {
  const from = (each: Hanging): number => (endMs > startMs ? intervalsFrom(each, endMs - startMs) : each.fromMs);
  const then = meters.filter((each) => each.obis === obis && from(each) <= startMs && endMs <= each.untilMs);
  const isNamed = meterNumber !== maloId;
  const found = isNamed ? then.filter((each) => each.meterNumber === meterNumber) : then;
  if (found.length === 1) return found[0]!.meterNumber;
  if (found.length > 1) return { reason: `several meters measured ${obis} at the market location ${maloId} then: the delivery has to name one` };
  return { reason: isNamed ? `meter ${meterNumber} did not measure ${obis} at the market location ${maloId} then` : `no meter measured ${obis} at the market location ${maloId} then` };
}

import { MeterReadingIngested, ReadingCorrected } from '@stromgraph/events/metering';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import { publishAll } from '@stromgraph/kernel/outbox';
import { toQuarterHours } from '../intervals/quarter-hours.ts';
import { causesOf, lockBatch, maloIdsOf, nextUntoldMeters, takeUntold, type UntoldReading } from '../store/announcements.ts';
import { readDays, type StoredDay } from '../store/intervals.ts';
import { registersOf } from '../store/meters.ts';

export const ANNOUNCE_BATCH = 'ANNOUNCE_BATCH';
/** Days in one transaction: about 100,000 values. */
const MAX_DAYS = 1_000;
/** When a batch whose sender was interrupted is told of all the same (business time). */
const FALLBACK_MS = 60_000;

export const planAnnouncement = (tx: Tx, batchId: string, now: Date): Promise<void> =>
  schedule(tx, { kind: ANNOUNCE_BATCH, subject: batchId, dueAt: new Date(now.getTime() + FALLBACK_MS) });

/** Tells of everything that a batch has changed: per meter once, each touched day whole as it now stands. */
export async function announceBatch(db: Db<any>, batchId: string): Promise<void> {
  while (await transact(db, (tx) => announceSome(tx, batchId)));
}

/** A part of it in one transaction; whether more is left. */
export async function announceSome(tx: Tx, batchId: string): Promise<boolean> {
  if (!(await lockBatch(tx, batchId))) return false;
  const meters = await nextUntoldMeters(tx, batchId, MAX_DAYS);
  if (meters.length === 0) {
    await unschedule(tx, { kind: ANNOUNCE_BATCH, subject: batchId });
    return false;
  }
  const meterIds = meters.map(({ meterId }) => meterId);
  const untold = await takeUntold(tx, batchId, meterIds);
  const registerIds = [...new Set(untold.days.map(({ registerId }) => registerId))];
  const stored = await readDays(
    tx,
    untold.days.map(({ registerId }) => registerId),
    untold.days.map(({ day }) => day),
  );
  const obisOf = new Map((await registersOf(tx, meterIds)).map(({ id, obis }) => [id, obis]));
  const maloOf = await maloIdsOf(tx, [...new Set([...stored, ...untold.readings].map(({ contractId }) => contractId))]);
  const causeOf = await causesOf(tx, batchId, registerIds);
  const correctedDays = new Set(untold.days.filter(({ corrected }) => corrected).map(dayKey));
  const meterOf = new Map(untold.days.map(({ registerId, meterId }) => [registerId, meterId]));
  for (const corrected of [false, true]) {
    const days = Map.groupBy(
      stored.filter((each) => correctedDays.has(dayKey(each)) === corrected),
      (each) => `${meterOf.get(each.registerId)} ${each.contractId}`,
    );
    const readings = Map.groupBy(
      untold.readings.filter((each) => each.corrected === corrected),
      (each) => `${each.meterId} ${each.contractId}`,
    );
    const facts = [...new Set([...days.keys(), ...readings.keys()])].toSorted().map((key) => {
      const [ofDays, ofReadings] = [days.get(key) ?? [], readings.get(key) ?? []];
      const { contractId, customerId } = (ofDays[0] ?? ofReadings[0])!;
      const meterId = key.slice(0, key.indexOf(' '));
      const { meterNumber } = meters.find((meter) => meter.meterId === meterId)!;
      const cause = ofDays.map(({ registerId }) => causeOf.get(registerId)).find(Boolean) ?? 'a reading was replaced';
      const data = {
        batchId,
        meterId,
        meterNumber,
        contractId,
        customerId,
        maloId: maloOf.get(contractId)!,
        days: ofDays.toSorted(byDay).map((each) => toFact(each, obisOf.get(each.registerId)!)),
        registers: ofReadings.map(toRead),
      };
      return { meterId, cause, data };
    });
    const about = { aggregateType: 'meter' };
    if (corrected) {
      const corrections = facts.map(({ meterId, cause, data }) => ({ ...about, aggregateId: meterId, data: { ...data, cause } }));
      await publishAll(tx, ReadingCorrected, corrections);
      continue;
    }
    await publishAll(
      tx,
      MeterReadingIngested,
      facts.map(({ meterId, data }) => ({ ...about, aggregateId: meterId, data })),
    );
  }
  return true;
}

const dayKey = ({ registerId, day }: { registerId: number; day: string }) => `${registerId} ${day}`;
const byDay = (a: StoredDay, b: StoredDay) => (a.day < b.day ? -1 : 1);

function toFact({ day, minutes, version, startsMs, wattHours, statuses }: StoredDay, obis: string) {
  const quarters = toQuarterHours(
    day,
    minutes,
    startsMs.map((startMs, nth) => ({ startMs, wattHours: wattHours[nth]!, status: statuses[nth]! })),
  );
  return {
    obis,
    day,
    version,
    wattHours: quarters.wattHours.map((value) => (value === null ? null : Number(value))),
    statuses: quarters.statuses,
  };
}

const toRead = ({ obis, readAt, wattHours, quality }: UntoldReading) => ({
  obis,
  readAt: readAt.toISOString(),
  wattHours: String(wattHours),
  quality,
});

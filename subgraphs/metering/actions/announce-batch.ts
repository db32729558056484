import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, planningOnce, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import { causesOf, lockBatch, nextUntoldMeters, suppliesOf, takeUntold } from '../store/announcements.ts';
import { ruleBook } from '../store/findings.ts';
import { readDays } from '../store/intervals.ts';
import { MAX_DAYS, tellValues } from './tell-values.ts';

export const ANNOUNCE_BATCH = 'ANNOUNCE_BATCH';
/** When a batch whose sender was interrupted is told of all the same (business time). */
const FALLBACK_MS = 60_000;

export const planAnnouncement = (tx: Tx, batchId: string, now: Date): Promise<void> =>
  schedule(tx, { kind: ANNOUNCE_BATCH, subject: batchId, dueAt: new Date(now.getTime() + FALLBACK_MS) });

/** Tells of everything that a batch has changed and that was not told of as it was stored: per meter once, each touched day whole as it now stands. */
export async function announceBatch(db: Db<any>, batchId: string): Promise<void> {
  while (await transact(db, (tx) => announceSome(planningOnce(tx), batchId)));
}

/** A part of it in one transaction; whether more is left. */
export async function announceSome(tx: Tx, batchId: string): Promise<boolean> {
  if (!(await lockBatch(tx, batchId))) return false;
  const meters = await nextUntoldMeters(tx, batchId, MAX_DAYS);
  if (meters.length === 0) {
    await unschedule(tx, { kind: ANNOUNCE_BATCH, subject: batchId });
    return false;
  }
  const untold = await takeUntold(tx, batchId, meters.map(({ meterId }) => meterId));
  const stored = await readDays(
    tx,
    untold.days.map(({ registerId }) => registerId),
    untold.days.map(({ day }) => day),
  );
  const supplies = await suppliesOf(tx, [...new Set(stored.map(({ contractId }) => contractId))]);
  const causes = await causesOf(tx, batchId, [...new Set(untold.days.map(({ registerId }) => registerId))]);
  const about = new Map(untold.days.map((day) => [`${day.registerId} ${day.day}`, day]));
  const days = stored.map((day) => ({ ...about.get(`${day.registerId} ${day.day}`)!, ...supplies.get(day.contractId)!, cause: causes.get(day.registerId) ?? null, stored: day }));
  await tellValues(tx, { batchId, now: await businessNow(tx), book: await ruleBook(tx) }, days, untold.readings);
  return true;
}

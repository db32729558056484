import type { Db, Queryable } from '@stromgraph/kernel/database';
import { addMonths, dayOf } from '@stromgraph/kernel/time';
import { ensureIntervalPartitions } from '../store/partitions.ts';
import { KEPT_MONTHS } from './store-values.ts';

const AHEAD_MONTHS = 3;
const ensured = new WeakMap<object, string>();

/** Months whose values are taken have a partition, and a few ahead. */
export const createPartitions = (db: Queryable, now: Date): Promise<number> =>
  ensureIntervalPartitions(db, { first: addMonths(dayOf(now), -KEPT_MONTHS), last: addMonths(dayOf(now), AHEAD_MONTHS) });

/** The same, looked at once per process and month: for the path of values, where the due work may not have run yet. */
export async function ensurePartitions(db: Db<any>, now: Date): Promise<void> {
  const month = dayOf(now).slice(0, 7);
  if (ensured.get(db.pool) === month) return;
  await createPartitions(db, now);
  ensured.set(db.pool, month);
}

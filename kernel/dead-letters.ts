// Events that a domain could not apply. The first failure parks the aggregate: its later events wait behind, all others go on.
import { z } from 'zod';
import { createHash } from 'node:crypto';
import { type Db, isPassing, transact, type Tx } from './database.ts';
import { aggregateOf, entryColumns, type FeedRow, toEntry } from './feed.ts';
import { lockCursor } from './feed-page.ts';
import { checkDeferred, enter, type Handlers, read } from './inbox.ts';
import { markNext, messageOf, parkAgain } from './parking.ts';
import { queue, type Queue } from './queue.ts';
import type { Tools } from './runtime.ts';

const BATCH = 500;
/** A domain's transactions end after 2 s: a batch that takes long is committed as far as it got, and the next goes on. */
const LONG_BATCH_MS = 700;

export type AggregateKey = Readonly<{ domain: string; aggregateType: string; aggregateId: string }>;
export type Replayed = Readonly<{ aggregate: AggregateKey; applied: number; failed: Readonly<{ eventId: string; error: string }> | null }>;

const AggregateKey = z.strictObject({ domain: z.string(), aggregateType: z.string(), aggregateId: z.string() });
/** Replays one aggregate's dead letters of the hearing domain; operations adds to it. */
export const replayQueueOf = (hearer: string): Queue<AggregateKey> =>
  queue(`${hearer}.replay`, AggregateKey, (key) => createHash('sha256').update(aggregateOf(key)).digest('hex').slice(0, 32));

/** The aggregates whose failed event may be tried again now. */
export async function toRetry(db: Db<any>): Promise<AggregateKey[]> {
  const { rows } = await db.query<AggregateKey>(
    `SELECT domain, aggregate_type AS "aggregateType", aggregate_id AS "aggregateId" FROM ${db.domain}.dead_letter WHERE hearer = $1 AND retry_at <= clock_timestamp() ORDER BY retry_at LIMIT 100`,
    [db.domain],
  );
  return rows;
}

/** Applies what is parked of the named aggregates (or of the aggregates of the named events), in order, through the inbox. */
export async function replayParked(db: Db<any>, handlers: Handlers, which: { aggregate: AggregateKey } | { eventIds: readonly string[] }, tools: Tools): Promise<Replayed[]> {
  const aggregates = 'aggregate' in which ? [which.aggregate] : await aggregatesOf(db, which.eventIds);
  const done: Replayed[] = [];
  for (const aggregate of aggregates) done.push(await replayAggregate(db, handlers, aggregate, tools));
  return done;
}

async function aggregatesOf(db: Db<any>, eventIds: readonly string[]): Promise<AggregateKey[]> {
  const { rows } = await db.query<AggregateKey>(
    `SELECT DISTINCT domain, aggregate_type AS "aggregateType", aggregate_id AS "aggregateId" FROM ${db.domain}.dead_letter WHERE hearer = $1 AND event_id = ANY ($2::uuid[])`,
    [db.domain, eventIds],
  );
  return rows;
}

/** The aggregate is free again when its last dead letter is gone; until then its new events go behind. */
async function replayAggregate(db: Db<any>, handlers: Handlers, aggregate: AggregateKey, tools: Tools): Promise<Replayed> {
  let applied = 0;
  for (;;) {
    const batch = await transact(db, (tx) => replayBatch(tx, handlers, aggregate, tools));
    applied += batch.applied;
    if (!batch.more) return { aggregate, applied, failed: batch.failed };
  }
}

async function replayBatch(tx: Tx, handlers: Handlers, { domain, aggregateType, aggregateId }: AggregateKey, tools: Tools): Promise<{ applied: number; more: boolean; failed: Replayed['failed'] }> {
  // The hearer itself must not read on while its parked events are put in their place.
  await lockCursor(tx);
  const { rows } = await tx.query<FeedRow>(
    `SELECT ${entryColumns('d')} FROM ${tx.domain}.dead_letter d WHERE hearer = $1 AND domain = $2 AND aggregate_type = $3 AND aggregate_id = $4 ORDER BY position LIMIT ${BATCH}`,
    [tx.domain, domain, aggregateType, aggregateId],
  );
  const applied: bigint[] = [];
  let failed: Replayed['failed'] = null;
  const startedAt = performance.now();
  for (const entry of rows.map(toEntry)) {
    if (applied.length > 0 && performance.now() - startedAt > LONG_BATCH_MS) break;
    const handler = handlers.get(entry.name);
    await tx.query('SAVEPOINT letter');
    try {
      if (handler && (await enter(tx, entry))) await handler.apply(tx, [read(handler, entry)], tools);
      await checkDeferred(tx);
      await tx.query('RELEASE SAVEPOINT letter');
      applied.push(entry.position);
    } catch (error) {
      if (isPassing(error)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT letter');
      failed = { eventId: entry.id, error: messageOf(error) };
      await parkAgain(tx, entry.position, error, tools);
      break;
    }
  }
  await tx.query(`DELETE FROM ${tx.domain}.dead_letter WHERE hearer = $1 AND position = ANY ($2::bigint[])`, [tx.domain, applied]);
  const more = !failed && (rows.length === BATCH || applied.length < rows.length);
  if (more) await markNext(tx, rows[0]!);
  return { applied: applied.length, more, failed };
}

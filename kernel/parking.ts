// Puts events aside that could not be applied, with all later events of their aggregate.
import type { Db, Tx } from './database.ts';
import type { FeedEntry, FeedRow } from './feed.ts';
import type { Tools } from './runtime.ts';

/** After these failures only people (or a replay) try again. Faults of the infrastructure never count. */
const MAX_ATTEMPTS = 5;
const RETRY_SECONDS = 1;

/** What a dead letter copies of the feed. */
export const LETTER_COLUMNS = 'position, event_id, domain, aggregate_type, aggregate_id, aggregate_version, type, version, tenant, payload, occurred_at, committed_at, correlation_id, causation_id';

/** The event that failed; it is tried again soon, until it has failed too often. */
export async function park(tx: Tx, position: bigint, error: unknown): Promise<void> {
  await tx.query(
    `INSERT INTO ${tx.domain}.dead_letter (hearer, ${LETTER_COLUMNS}, error, attempts, retry_at)
     SELECT $1, ${LETTER_COLUMNS}, $3, 1, clock_timestamp() + $4 * interval '1 s' FROM platform.feed WHERE position = $2`,
    [tx.domain, position, messageOf(error), RETRY_SECONDS],
  );
}

/** Later events of parked aggregates. */
export async function parkBehind(tx: Tx, positions: readonly bigint[]): Promise<void> {
  if (positions.length === 0) return;
  await tx.query(`INSERT INTO ${tx.domain}.dead_letter (hearer, ${LETTER_COLUMNS}) SELECT $1, ${LETTER_COLUMNS} FROM platform.feed WHERE position = ANY ($2::bigint[]) ON CONFLICT DO NOTHING`, [tx.domain, positions]);
}

/** Another failure of a parked event: tried again after a longer pause, or not any more. */
export async function parkAgain(tx: Tx, position: bigint, error: unknown, tools: Tools): Promise<void> {
  const { rows } = await tx.query<{ attempts: number; event_id: string }>(
    `UPDATE ${tx.domain}.dead_letter SET error = $3, attempts = attempts + 1,
       retry_at = CASE WHEN attempts + 1 < ${MAX_ATTEMPTS} THEN clock_timestamp() + ${RETRY_SECONDS} * interval '1 s' * (2 ^ attempts) * (0.75 + random() / 2) END
     WHERE hearer = $1 AND position = $2 RETURNING attempts, event_id`,
    [tx.domain, position, messageOf(error)],
  );
  const letter = rows[0]!;
  if (letter.attempts === MAX_ATTEMPTS) tools.log.error({ alarm: 'dead-letter', err: error, eventId: letter.event_id }, 'an event failed for good; its aggregate waits for people');
}

/** An aggregate is parked as long as one of its letters has an error: the first that is left carries it on, and is tried again should the replay be interrupted. */
export async function markNext(tx: Tx, { domain, aggregate_type, aggregate_id }: Pick<FeedRow, 'domain' | 'aggregate_type' | 'aggregate_id'>): Promise<void> {
  await tx.query(
    `UPDATE ${tx.domain}.dead_letter SET error = 'its replay was interrupted', retry_at = clock_timestamp() + ${RETRY_SECONDS} * interval '1 s'
     WHERE hearer = $1 AND position = (SELECT min(position) FROM ${tx.domain}.dead_letter WHERE hearer = $1 AND domain = $2 AND aggregate_type = $3 AND aggregate_id = $4)`,
    [tx.domain, domain, aggregate_type, aggregate_id],
  );
}

/** A retry that the infrastructure spoilt is put off; running out of time counts, because it may be the event that takes it all. */
export async function postpone(db: Db<any>, { domain, aggregateType, aggregateId }: Pick<FeedEntry, 'domain' | 'aggregateType' | 'aggregateId'>, error: unknown): Promise<void> {
  const counted = ranOutOfTime(error) ? 1 : 0;
  await db.query(
    `UPDATE ${db.domain}.dead_letter SET attempts = attempts + $5,
       retry_at = CASE WHEN attempts + $5 < ${MAX_ATTEMPTS} THEN clock_timestamp() + ${RETRY_SECONDS} * interval '1 s' * (2 ^ (attempts + $5)) END
     WHERE hearer = $1 AND domain = $2 AND aggregate_type = $3 AND aggregate_id = $4 AND retry_at IS NOT NULL`,
    [db.domain, domain, aggregateType, aggregateId, counted],
  );
}

/** A statement or transaction was ended by its time limit. */
export const ranOutOfTime = (error: unknown): boolean => error instanceof Error && 'code' in error && /^(57014|25P0[34])$/.test(String(error.code));

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 2_000);

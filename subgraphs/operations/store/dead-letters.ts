import type { Queryable } from '@stromgraph/kernel/database';
import type { AggregateKey } from '@stromgraph/kernel/dead-letters';

export type DeadLetter = Readonly<{
  eventId: string; hearer: string; position: bigint; type: string; version: number; publisher: string;
  aggregateType: string; aggregateId: string; aggregateVersion: bigint; data: unknown; occurredAt: Date; committedAt: Date; parkedAt: Date;
  error: string | null; attempts: number; retryAt: Date | null; correlationId: string; causationId: string | null;
}>;

const COLUMNS = `hearer, event_id AS "eventId", position, type, version, domain AS publisher, aggregate_type AS "aggregateType", aggregate_id AS "aggregateId",
  aggregate_version AS "aggregateVersion", payload AS data, occurred_at AS "occurredAt", committed_at AS "committedAt", parked_at AS "parkedAt",
  error, attempts, retry_at AS "retryAt", correlation_id AS "correlationId", causation_id AS "causationId"`;

export type DeadLetterPage = Readonly<{ type: string | null; before: { position: bigint; hearer: string } | null; limit: number }>;

/** Newest first, of the named hearers. */
export async function deadLetters(db: Queryable, hearers: readonly string[], { type, before, limit }: DeadLetterPage): Promise<DeadLetter[]> {
  if (hearers.length === 0) return [];
  const parts = hearers.map(
    (hearer) => `(SELECT ${COLUMNS} FROM ${hearer}.dead_letter
      WHERE ($1::text IS NULL OR type = $1) AND ($2::bigint IS NULL OR (position, hearer) < ($2, $3)) ORDER BY position DESC, hearer DESC LIMIT $4)`,
  );
  const { rows } = await db.query<DeadLetter>(`SELECT * FROM (${parts.join('\nUNION ALL ')}) letter ORDER BY position DESC, hearer DESC LIMIT $4`, [type, before?.position ?? null, before?.hearer ?? null, limit]);
  return rows;
}

export type ParkedAggregate = AggregateKey & Readonly<{ attempts: number; error: string | null }>;

/** The parked aggregates of one hearer, or those of the named events, with the state of their first letter. */
export async function parkedAggregates(db: Queryable, hearer: string, eventIds: readonly string[] | null, limit: number): Promise<ParkedAggregate[]> {
  const { rows } = await db.query<ParkedAggregate>(
    `SELECT DISTINCT ON (d.domain, d.aggregate_type, d.aggregate_id) d.domain, d.aggregate_type AS "aggregateType", d.aggregate_id AS "aggregateId", d.attempts, d.error
     FROM ${hearer}.dead_letter d
     WHERE $1::uuid[] IS NULL OR (d.domain, d.aggregate_type, d.aggregate_id) IN (SELECT n.domain, n.aggregate_type, n.aggregate_id FROM ${hearer}.dead_letter n WHERE n.event_id = ANY ($1))
     ORDER BY d.domain, d.aggregate_type, d.aggregate_id, d.position LIMIT $2`,
    [eventIds, limit],
  );
  return rows;
}

/** Which of the events the hearer has parked. */
export async function parkedEvents(db: Queryable, hearer: string, eventIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(`SELECT event_id AS id FROM ${hearer}.dead_letter WHERE event_id = ANY ($1::uuid[])`, [eventIds]);
  return new Set(rows.map(({ id }) => id));
}

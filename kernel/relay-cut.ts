// How committed events come out of the outboxes in the order of locks: by cuts of ids, never by transaction id.
import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from './database.ts';

/** Rows copied per domain in one transaction. */
const CHUNK = 1_000;
/** Pause between looks while an older transaction is open. */
const LOOK_AGAIN_MS = 5;

export type Cut = Readonly<{ domain: string; from: bigint; until: bigint }>;
export type Copied = Readonly<{ rows: number; first: bigint | null; last: bigint | null; types: readonly string[]; disorder: readonly string[] }>;

export async function outboxDomains(db: Queryable): Promise<string[]> {
  return (await db.sql<{ domain: string }>`SELECT domain FROM platform.relay_cursor ORDER BY domain`).map((row) => row.domain);
}

/** What has been drawn and not yet copied, per domain; empty when there is nothing to do. */
export async function drawn(db: Queryable, domains: readonly string[]): Promise<Cut[]> {
  if (domains.length === 0) return [];
  const heads = domains.map((domain) => `SELECT '${domain}' AS domain, CASE WHEN is_called THEN last_value ELSE 0 END AS until FROM ${domain}.outbox_position_seq`);
  const { rows } = await db.query<{ domain: string; from: bigint; until: bigint }>(
    `SELECT domain, c.outbox_position AS "from", h.until FROM (${heads.join(' UNION ALL ')}) h JOIN platform.relay_cursor c USING (domain) WHERE h.until > c.outbox_position ORDER BY domain`,
  );
  return rows;
}

/**
 * Waits until every transaction that could still write below the cut has ended. `publish` takes its transaction id before
 * it draws an outbox id; so once everything older than an id taken after the cut is over, each id of the cut is committed or gone.
 */
export async function settle(db: Queryable, { isStopped, onWait }: { isStopped: () => boolean; onWait: (waitedMs: number) => void }): Promise<boolean> {
  const [own] = await db.sql<{ xid: string }>`SELECT pg_current_xact_id()::text AS xid`;
  const since = Date.now();
  for (;;) {
    const [row] = await db.sql<{ over: boolean }>`SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${own!.xid}::xid8 AS over`;
    onWait(row!.over ? 0 : Date.now() - since);
    if (row!.over) return true;
    if (isStopped()) return false;
    await pause(LOOK_AGAIN_MS);
  }
}

/** Copies the next chunk of a settled cut and moves the cursor with it, in one statement, which is its own transaction. Returns where the cut goes on, null at its end. */
export async function copyChunk(db: Queryable, { domain, from, until }: Cut): Promise<{ copied: Copied; rest: Cut | null }> {
  const { rows } = await db.query<{ count: number; first: bigint | null; last: bigint | null; reached: bigint | null; types: string[] | null; disorder: string[] | null }>(
    `WITH chunk AS MATERIALIZED (
       SELECT o.*, coalesce(pg_xact_commit_timestamp(o.xmin), clock_timestamp()) AS committed_at
       FROM ${domain}.outbox o WHERE o.position > $1 AND o.position <= $2 ORDER BY o.position LIMIT ${CHUNK}
     ), reached AS (
       SELECT CASE WHEN count(*) = ${CHUNK} THEN max(position) ELSE $2::bigint END AS position FROM chunk
     ), moved AS (
       UPDATE platform.relay_cursor SET outbox_position = (SELECT position FROM reached) WHERE domain = $3 AND outbox_position = $1 RETURNING outbox_position
     ), copied AS (
       INSERT INTO platform.feed (event_id, domain, aggregate_type, aggregate_id, aggregate_version, type, version, tenant, payload, occurred_at, committed_at, correlation_id, causation_id)
       SELECT id, $3, aggregatetype, aggregateid, aggregateversion, type, version, tenant, payload, occurred_at, committed_at, correlation_id, causation_id
       FROM chunk WHERE EXISTS (SELECT FROM moved) ORDER BY position
       RETURNING position, type
     ), step AS (
       SELECT aggregatetype, aggregateid, aggregateversion, lag(aggregateversion) OVER (PARTITION BY aggregatetype, aggregateid ORDER BY position) AS before FROM chunk
     ), disorder AS (
       SELECT aggregatetype || ' ' || aggregateid || ' ' || aggregateversion AS said
       FROM step LEFT JOIN LATERAL (
         SELECT max(f.aggregate_version) AS version FROM platform.feed f
         WHERE step.before IS NULL AND f.domain = $3 AND f.aggregate_type = step.aggregatetype AND f.aggregate_id = step.aggregateid
       ) known ON true
       WHERE aggregateversion <> coalesce(step.before, known.version, CASE WHEN (SELECT min(position) FROM platform.feed) > 1 THEN aggregateversion - 1 ELSE 0 END) + 1
     )
     SELECT count(*)::int AS count, min(position) AS first, max(position) AS last, (SELECT outbox_position FROM moved) AS reached,
            array_agg(DISTINCT type) AS types, (SELECT array_agg(said) FROM disorder) AS disorder
     FROM copied`,
    [from, until, domain],
  );
  const { count, first, last, reached, types, disorder } = rows[0]!;
  if (reached === null) throw new Error(`the relay's cursor of ${domain} was moved by another relay`);
  return { copied: { rows: count, first, last, types: types ?? [], disorder: disorder ?? [] }, rest: reached < until ? { domain, from: reached, until } : null };
}

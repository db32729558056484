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

type Watch = Readonly<{ isStopped: () => boolean; onWait: (waitedMs: number) => void }>;

/**
 * Waits until every transaction that could still write below the cuts has ended; null when it is stopped meanwhile. Cuts that had
 * to wait are drawn anew where that needs no more waiting: whoever was waited for has often published more before it committed.
 */
export async function settle(db: Queryable, domains: readonly string[], cuts: readonly Cut[], { isStopped, onWait }: Watch): Promise<readonly Cut[] | null> {
  const xid = await newXid(db);
  const since = Date.now();
  for (let looks = 1; ; looks += 1) {
    const over = await isAllBeforeOver(db, xid);
    onWait(over ? 0 : Date.now() - since);
    if (over) return looks === 1 ? cuts : ((await drawnAndSettled(db, domains)) ?? cuts);
    if (isStopped()) return null;
    await pause(LOOK_AGAIN_MS);
  }
}

async function drawnAndSettled(db: Queryable, domains: readonly string[]): Promise<Cut[] | null> {
  const cuts = await drawn(db, domains);
  return (await isAllBeforeOver(db, await newXid(db))) ? cuts : null;
}

/**
 * `publish` takes its transaction id before it draws an outbox id: once everything older than an id taken after a cut was drawn
 * is over, each outbox id of the cut is committed or gone.
 */
const newXid = async (db: Queryable): Promise<string> => (await db.sql<{ xid: string }>`SELECT pg_current_xact_id()::text AS xid`)[0]!.xid;
const isAllBeforeOver = async (db: Queryable, xid: string): Promise<boolean> =>
  (await db.sql<{ over: boolean }>`SELECT pg_snapshot_xmin(pg_current_snapshot()) > ${xid}::xid8 AS over`)[0]!.over;

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

import type { Queryable } from './database.ts';

export type Retention = Readonly<{ outboxMs: number; feedMs: number }>;

const BATCH = 5_000;

/** Removes what has been carried long ago: outbox rows behind the cursor, feed rows that every hearer has passed. Keeps the newest of the feed. */
export async function prune(db: Queryable, { domains, hearers }: { domains: readonly string[]; hearers: readonly string[] }, { outboxMs, feedMs }: Retention): Promise<void> {
  for (const domain of domains)
    await repeated(db, `DELETE FROM ${domain}.outbox WHERE position IN (
      SELECT o.position FROM ${domain}.outbox o JOIN platform.relay_cursor c ON c.domain = '${domain}' AND o.position <= c.outbox_position
      WHERE coalesce(pg_xact_commit_timestamp(o.xmin), '-infinity') < now() - $1 * interval '1 ms' ORDER BY o.position LIMIT ${BATCH})`, outboxMs);
  if (hearers.length === 0) return;
  const passed = hearers.map((domain) => `SELECT min(position) AS position FROM ${domain}.hearer_cursor`).join(' UNION ALL ');
  await repeated(db, `DELETE FROM platform.feed WHERE position IN (
    SELECT f.position FROM platform.feed f
    WHERE f.committed_at < now() - $1 * interval '1 ms' AND f.position < (SELECT max(position) FROM platform.feed) AND f.position <= (SELECT min(position) FROM (${passed}) p)
    ORDER BY f.position LIMIT ${BATCH})`, feedMs);
}

async function repeated(db: Queryable, text: string, keepMs: number): Promise<void> {
  while ((await db.query(text, [keepMs])).rowCount === BATCH);
}

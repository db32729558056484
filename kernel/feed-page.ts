// The next page of the feed for one hearer.
import { type Queryable, type Tx, types as parsers } from './database.ts';
import { entryColumns, type FeedEntry, type FeedRow, toEntry } from './feed.ts';
import { LETTER_COLUMNS } from './parking.ts';

/** Positions that one page looks at, whether or not the domain hears them: bounds its cost whatever the planner knows. */
const SPAN = 5_000;

/** What is to be applied now, and whether more follows. */
export type Page = Readonly<{ entries: readonly FeedEntry[]; more: boolean }>;

/**
 * Reads what follows the cursor, writes the inbox rows and moves the cursor, all in one statement. Events of parked aggregates
 * go behind them set-based, events that were applied before are left out. Null when there is nothing new.
 */
export async function turnToNext(tx: Tx, types: readonly string[], limit: number): Promise<Page | null> {
  const { domain } = tx;
  await lockCursor(tx);
  const text = `WITH span AS MATERIALIZED (
     SELECT position AS at, head, least(head, position + ${SPAN}) AS until FROM ${domain}.hearer_cursor, (SELECT coalesce(max(position), 0) AS head FROM platform.feed) newest WHERE hearer = $1
   ), page AS MATERIALIZED (
     SELECT f.*, (f.domain, f.aggregate_type, f.aggregate_id) IN (SELECT d.domain, d.aggregate_type, d.aggregate_id FROM ${domain}.dead_letter d WHERE d.hearer = $1 AND d.error IS NOT NULL) AS parked
     FROM span, LATERAL (SELECT * FROM platform.feed WHERE position > span.at AND position <= span.until AND type = ANY ($2) ORDER BY position LIMIT $3) f
   ), reached AS MATERIALIZED (
     SELECT at, head, CASE WHEN (SELECT count(*) FROM page) = $3 THEN (SELECT max(position) FROM page) ELSE until END AS until FROM span
   ), moved AS (
     UPDATE ${domain}.hearer_cursor c SET position = reached.until FROM reached WHERE c.hearer = $1 AND reached.until > reached.at
   ), behind AS (
     INSERT INTO ${domain}.dead_letter (hearer, ${LETTER_COLUMNS}) SELECT $1, ${LETTER_COLUMNS} FROM page WHERE parked ON CONFLICT DO NOTHING
   ), entered AS (
     INSERT INTO ${domain}.inbox (event_id, position) SELECT event_id, position FROM page
     WHERE NOT parked AND NOT EXISTS (SELECT FROM ${domain}.inbox known WHERE known.event_id = page.event_id) RETURNING event_id
   )
   SELECT reached.at, reached.head, reached.until, ${entryColumns('page')}, page.event_id IN (SELECT event_id FROM entered) AS fresh
   FROM reached LEFT JOIN page ON NOT page.parked ORDER BY page.position`;
  // Prepared once per connection: planning it takes as long as running it.
  const { rows } = await tx.client.query<FeedRow & { at: bigint; head: bigint; until: bigint; fresh: boolean | null }>({ name: 'next page', text, values: [domain, types, limit], types: parsers });
  const [first] = rows;
  if (!first || first.until <= first.at) return null;
  return { entries: rows.filter((row) => row.fresh).map(toEntry), more: first.until < first.head };
}

/** Keeps runs of one hearer apart. A statement of its own: what follows must see what the holder before has committed, such as a release of parked events. */
export async function lockCursor(tx: Tx): Promise<void> {
  await tx.query(`SELECT FROM ${tx.domain}.hearer_cursor WHERE hearer = $1 FOR UPDATE`, [tx.domain]);
}

/** Whether there may be anything new; without a lock. */
export async function isBehind(db: Queryable, domain: string): Promise<boolean> {
  const { rows } = await db.query<{ behind: boolean }>(`SELECT (SELECT coalesce(max(position), 0) FROM platform.feed) > position AS behind FROM ${domain}.hearer_cursor WHERE hearer = $1`, [domain]);
  return rows[0]?.behind ?? false;
}

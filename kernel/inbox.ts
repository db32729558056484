// Applies a page of the feed to one domain: inbox rows, effects and cursor in one transaction.
import { type Db, isPassing, type Queryable, type Tx } from './database.ts';
import type { Event, EventType } from './event.ts';
import { aggregateOf, FEED_COLUMNS, type FeedEntry, type FeedRow, toEntry } from './feed.ts';
import { park, parkBehind } from './parking.ts';
import type { Tools } from './runtime.ts';

/** Positions that one page looks at, whether or not the domain hears them: bounds its cost whatever the planner knows. */
const SPAN = 5_000;
const KEEP_DAYS = 60;
const PRUNE_BATCH = 5_000;

export type Apply = (tx: Tx, events: readonly Event<any>[], tools: Tools) => Promise<void>;
/** What a domain does when it hears one kind of event: one by one, or all of a page at once. */
export type Handler = Readonly<{ type: EventType; bulk: boolean; apply: Apply }>;
export type Handlers = ReadonlyMap<string, Handler>;
/** How far a page has come, for the size of the next when it runs out of time. */
export type Progress = { applied: number };
export type Page = Readonly<{ entries: readonly FeedEntry[]; until: bigint; more: boolean }>;

export const inboxQueueName = (domain: string): string => `${domain}.inbox`;
/** Handles each event by itself, in the order of the feed. */
export const on = <Data>(type: EventType<Data>, handle: (tx: Tx, event: Event<Data>, tools: Tools) => Promise<void>): Handler => ({
  type,
  bulk: false,
  apply: async (tx, events, tools) => {
    for (const event of events) await handle(causedBy(tx, event), event, tools);
  },
});

/**
 * Handles many events at once, for effects that are one statement. Order is kept per aggregate: events of other kinds that
 * concern the same aggregate are applied before and after as they came. What it publishes is caused by the first event
 * unless it says otherwise with `causedBy`.
 */
export const onAll = <Data>(type: EventType<Data>, handle: (tx: Tx, events: readonly Event<Data>[], tools: Tools) => Promise<void>): Handler => ({
  type,
  bulk: true,
  apply: (tx, events, tools) => handle(causedBy(tx, events[0]!), events, tools),
});

/** The transaction as the work of one event: what it publishes carries the event's correlation and names it as the cause. */
export const causedBy = (tx: Tx, event: Event<any>): Tx => ({ ...tx, correlationId: event.correlationId, causationId: event.id });

/** Locks the cursor and reads what follows it. Null when there is nothing new. Events of parked aggregates go behind them at once. */
export async function readPage(tx: Tx, types: readonly string[], limit: number): Promise<Page | null> {
  const { rows } = await tx.query<FeedRow & { at: bigint; head: bigint; until: bigint; parked: boolean }>(
    `WITH cursor AS MATERIALIZED (SELECT position AS at FROM ${tx.domain}.hearer_cursor WHERE hearer = $1 FOR UPDATE),
          span AS MATERIALIZED (SELECT at, head, least(head, at + ${SPAN}) AS until FROM cursor, (SELECT coalesce(max(position), 0) AS head FROM platform.feed) h)
     SELECT span.at, span.head, span.until, page.* FROM span LEFT JOIN LATERAL (
       SELECT ${FEED_COLUMNS}, (f.domain, f.aggregate_type, f.aggregate_id) IN (SELECT d.domain, d.aggregate_type, d.aggregate_id FROM ${tx.domain}.dead_letter d WHERE d.hearer = $1 AND d.error IS NOT NULL) AS parked
       FROM platform.feed f WHERE f.position > span.at AND f.position <= span.until AND f.type = ANY ($2) ORDER BY f.position LIMIT $3
     ) page ON true ORDER BY page.position`,
    [tx.domain, types, limit],
  );
  const [first] = rows;
  if (!first || first.head <= first.at) return null;
  const page = rows.filter((row) => row.position !== null);
  await parkBehind(tx, page.filter((row) => row.parked).map((row) => row.position));
  const full = page.length === limit;
  return { entries: page.filter((row) => !row.parked).map(toEntry), until: full ? page.at(-1)!.position : first.until, more: full || first.until < first.head };
}

/** Whether there may be anything new; without a lock. */
export async function isBehind(db: Queryable, domain: string): Promise<boolean> {
  const { rows } = await db.query<{ behind: boolean }>(`SELECT (SELECT coalesce(max(position), 0) FROM platform.feed) > position AS behind FROM ${domain}.hearer_cursor WHERE hearer = $1`, [domain]);
  return rows[0]?.behind ?? false;
}

export async function moveCursor(tx: Tx, to: bigint): Promise<void> {
  await tx.query(`UPDATE ${tx.domain}.hearer_cursor SET position = $2 WHERE hearer = $1`, [tx.domain, to]);
}

/** The whole page at once; any failure fails it. */
export async function applyTogether(tx: Tx, handlers: Handlers, page: Page, tools: Tools, progress: Progress): Promise<void> {
  const fresh = await enter(tx, page.entries, page.until);
  const waiting = new Map<Handler, Event[]>();
  const holder = new Map<string, Handler>();
  const flush = async (handler: Handler): Promise<void> => {
    const events = waiting.get(handler)!;
    waiting.delete(handler);
    for (const event of events) holder.delete(aggregateOf(event));
    await handler.apply(tx, events, tools);
    progress.applied += events.length;
  };
  for (const entry of fresh) {
    const handler = handlers.get(entry.name)!;
    const event = read(handler, entry);
    const held = holder.get(aggregateOf(entry));
    if (held && held !== handler) await flush(held);
    if (!handler.bulk) {
      await handler.apply(tx, [event], tools);
      progress.applied += 1;
      continue;
    }
    const together = waiting.get(handler);
    if (together) together.push(event);
    else waiting.set(handler, [event]);
    holder.set(aggregateOf(entry), handler);
  }
  for (const handler of [...waiting.keys()]) await flush(handler);
}

/** The page event by event under savepoints: what fails by its data is parked with its aggregate, everything else is applied. */
export async function applyEach(tx: Tx, handlers: Handlers, page: Page, tools: Tools, progress: Progress): Promise<void> {
  const parked = new Set<string>();
  const behind: FeedEntry[] = [];
  const fresh = await enter(tx, page.entries, page.until);
  await tx.query('SAVEPOINT event');
  for (const entry of fresh) {
    if (parked.has(aggregateOf(entry))) {
      behind.push(entry);
      continue;
    }
    const handler = handlers.get(entry.name)!;
    try {
      await handler.apply(tx, [read(handler, entry)], tools);
      await tx.query('RELEASE SAVEPOINT event; SAVEPOINT event');
      progress.applied += 1;
    } catch (error) {
      if (isPassing(error)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT event');
      tools.log.warn({ err: error, eventId: entry.id, type: entry.name, correlationId: entry.correlationId }, 'an event failed; its aggregate is parked');
      await park(tx, entry.position, error);
      await leave(tx, [entry]);
      await tx.query('RELEASE SAVEPOINT event; SAVEPOINT event');
      parked.add(aggregateOf(entry));
    }
  }
  await parkBehind(tx, behind.map((entry) => entry.position));
  await leave(tx, behind);
}

/** Writes the inbox rows, with the cursor if it moves; returns the events that were not applied before. */
export async function enter(tx: Tx, entries: readonly FeedEntry[], cursorTo: bigint | null): Promise<FeedEntry[]> {
  if (entries.length === 0) {
    if (cursorTo !== null) await moveCursor(tx, cursorTo);
    return [];
  }
  const { rows } = await tx.query<{ event_id: string }>(
    `WITH moved AS (UPDATE ${tx.domain}.hearer_cursor SET position = $4 WHERE hearer = $3 AND $4::bigint IS NOT NULL)
     INSERT INTO ${tx.domain}.inbox (event_id, position) SELECT * FROM unnest($1::uuid[], $2::bigint[]) ON CONFLICT DO NOTHING RETURNING event_id`,
    [entries.map((entry) => entry.id), entries.map((entry) => entry.position), tx.domain, cursorTo],
  );
  const fresh = new Set(rows.map((row) => row.event_id));
  return entries.filter((entry) => fresh.has(entry.id));
}

/** Forgets what was applied long ago: longer than the feed is kept, so that a rewound cursor still finds what it applied. Event ids rise with time. */
export async function pruneInbox(db: Db<any>): Promise<void> {
  const text = `DELETE FROM ${db.domain}.inbox WHERE event_id IN (
    SELECT event_id FROM ${db.domain}.inbox
    WHERE event_id < (lpad(to_hex((extract(epoch FROM clock_timestamp() - $1 * interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    ORDER BY event_id LIMIT ${PRUNE_BATCH})`;
  while ((await db.query(text, [KEEP_DAYS])).rowCount === PRUNE_BATCH);
}

async function leave(tx: Tx, entries: readonly FeedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(`DELETE FROM ${tx.domain}.inbox WHERE event_id = ANY ($1::uuid[])`, [entries.map((entry) => entry.id)]);
}

/** Parses the payload by the catalogue; what does not parse is a fault of the data. */
export function read(handler: Handler, entry: FeedEntry): Event {
  if (entry.version !== handler.type.version) throw new Error(`version ${entry.version} of ${entry.name} is not understood, only ${handler.type.version}`);
  return { ...entry, data: handler.type.schema.parse(entry.data) };
}

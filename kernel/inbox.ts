// Applies a page of the feed to one domain: inbox rows, effects and cursor in one transaction.
import { isPassing, type Tx } from './database.ts';
import type { Event, EventType } from './event.ts';
import { aggregateOf, FEED_COLUMNS, type FeedEntry, type FeedRow, toEntry } from './feed.ts';
import { park, parkBehind } from './parking.ts';
import type { Tools } from './runtime.ts';

export type Apply = (tx: Tx, events: readonly Event<any>[], tools: Tools) => Promise<void>;
/** What a domain does when it hears one kind of event: one by one, or all of a page at once. */
export type Handler = Readonly<{ type: EventType; bulk: boolean; apply: Apply }>;
export type Handlers = ReadonlyMap<string, Handler>;
/** How far a page has come, for the size of the next when it runs out of time. */
export type Progress = { applied: number };
export type Page = Readonly<{ entries: readonly FeedEntry[]; head: bigint; more: boolean }>;

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
  const [cursor] = (await tx.query<{ position: bigint; head: bigint }>(
    `SELECT c.position, (SELECT coalesce(max(position), 0) FROM platform.feed) AS head FROM ${tx.domain}.hearer_cursor c WHERE c.hearer = $1 FOR UPDATE OF c`,
    [tx.domain],
  )).rows;
  if (!cursor || cursor.head <= cursor.position) return null;
  const { rows } = await tx.query<FeedRow & { parked: boolean }>(
    `SELECT ${FEED_COLUMNS}, EXISTS (SELECT FROM ${tx.domain}.dead_letter d WHERE d.hearer = $1 AND d.domain = f.domain AND d.aggregate_type = f.aggregate_type AND d.aggregate_id = f.aggregate_id) AS parked
     FROM platform.feed f WHERE f.position > $2 AND f.position <= $3 AND f.type = ANY ($4) ORDER BY f.position LIMIT $5`,
    [tx.domain, cursor.position, cursor.head, types, limit],
  );
  await parkBehind(tx, rows.filter((row) => row.parked).map((row) => row.position));
  const more = rows.length === limit;
  return { entries: rows.filter((row) => !row.parked).map(toEntry), head: more ? rows.at(-1)!.position : cursor.head, more };
}

export async function moveCursor(tx: Tx, to: bigint): Promise<void> {
  await tx.query(`UPDATE ${tx.domain}.hearer_cursor SET position = $2 WHERE hearer = $1`, [tx.domain, to]);
}

/** The whole page at once; any failure fails it. */
export async function applyTogether(tx: Tx, handlers: Handlers, page: readonly FeedEntry[], tools: Tools, progress: Progress): Promise<void> {
  const fresh = await enter(tx, page);
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
    waiting.set(handler, [...(waiting.get(handler) ?? []), event]);
    holder.set(aggregateOf(entry), handler);
  }
  for (const handler of [...waiting.keys()]) await flush(handler);
}

/** The page event by event under savepoints: what fails by its data is parked with its aggregate, everything else is applied. */
export async function applyEach(tx: Tx, handlers: Handlers, page: readonly FeedEntry[], tools: Tools, progress: Progress): Promise<void> {
  const parked = new Set<string>();
  const behind: FeedEntry[] = [];
  const fresh = await enter(tx, page);
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

/** Writes the inbox rows; returns the events that were not applied before. */
export async function enter(tx: Tx, entries: readonly FeedEntry[]): Promise<FeedEntry[]> {
  if (entries.length === 0) return [];
  const { rows } = await tx.query<{ event_id: string }>(
    `INSERT INTO ${tx.domain}.inbox (event_id, position) SELECT * FROM unnest($1::uuid[], $2::bigint[]) ON CONFLICT DO NOTHING RETURNING event_id`,
    [entries.map((entry) => entry.id), entries.map((entry) => entry.position)],
  );
  const fresh = new Set(rows.map((row) => row.event_id));
  return entries.filter((entry) => fresh.has(entry.id));
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

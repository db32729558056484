// What a domain does with the events it hears, and which of them it has applied.
import { type Db, isPassing, type Tx } from './database.ts';
import { dataOf, type Event, type EventType } from './event.ts';
import { aggregateOf, type FeedEntry } from './feed.ts';
import { park, parkBehind } from './parking.ts';
import type { Tools } from './runtime.ts';
import { traced } from './trace.ts';

const KEEP_DAYS = 60;
const PRUNE_BATCH = 5_000;

export type Apply = (tx: Tx, events: readonly Event<any>[], tools: Tools) => Promise<void>;
/** What a domain does when it hears one kind of event: one by one, or all of a page at once. */
export type Handler = Readonly<{ type: EventType; bulk: boolean; apply: Apply }>;
export type Handlers = ReadonlyMap<string, Handler>;
/** How far a page has come, for the size of the next when it runs out of time. */
export type Progress = { applied: number };

const INBOX = '.inbox';
export const inboxQueueName = (domain: string): string => `${domain}${INBOX}`;
export const isInboxQueue = (name: string): boolean => name.endsWith(INBOX);
/** Handles each event by itself, in the order of the feed. */
export const on = <Data>(type: EventType<Data>, handle: (tx: Tx, event: Event<Data>, tools: Tools) => Promise<void>): Handler => ({
  type,
  bulk: false,
  apply: async (tx, events, tools) => {
    for (const event of events) await heard(tx, [event], () => handle(causedBy(tx, event), event, tools));
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
  apply: (tx, events, tools) => heard(tx, events, () => handle(causedBy(tx, events[0]!), events, tools)),
});

/** The transaction as the work of one event: what it publishes carries the event's correlation and names it as the cause. */
export const causedBy = (tx: Tx, event: Event<any>): Tx => ({ ...tx, correlationId: event.correlationId, causationId: event.id });

/** As work for the request that has caused the first of them. */
const heard = (tx: Tx, events: readonly Event<any>[], handle: () => Promise<void>): Promise<void> => {
  const { correlationId, name } = events[0]!;
  const attributes = { 'messaging.system': 'stromgraph', 'messaging.destination.name': name, 'messaging.operation.type': 'process', 'messaging.batch.message_count': events.length };
  return traced(correlationId, { service: tx.domain, name: `process ${name}`, kind: 'consumer', attributes, under: { requestId: correlationId } }, handle);
};

/**
 * All of a page at once, whose inbox rows are written; any failure fails it. Of what waits to be applied together, kinds that the domain lists first
 * come first: a contract before the readings that were told because of it, whichever kind the page began with.
 */
export async function applyTogether(tx: Tx, handlers: Handlers, entries: readonly FeedEntry[], tools: Tools, progress: Progress): Promise<void> {
  const waiting = new Map<Handler, Event[]>();
  const holder = new Map<string, Handler>();
  const flush = async (handler: Handler): Promise<void> => {
    const events = waiting.get(handler)!;
    waiting.delete(handler);
    for (const event of events) holder.delete(aggregateOf(event));
    await handler.apply(tx, events, tools);
    progress.applied += events.length;
  };
  const flushTo = async (last: Handler | null): Promise<void> => {
    for (const handler of handlers.values()) {
      if (waiting.has(handler)) await flush(handler);
      if (handler === last) return;
    }
  };
  for (const entry of entries) {
    const handler = handlers.get(entry.name)!;
    const event = read(handler, entry);
    const held = holder.get(aggregateOf(entry));
    if (held && held !== handler) await flushTo(held);
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
  await flushTo(null);
}

/** The same event by event under savepoints: what fails by its data is parked with its aggregate, everything else is applied. */
export async function applyEach(tx: Tx, handlers: Handlers, entries: readonly FeedEntry[], tools: Tools, progress: Progress): Promise<void> {
  const parked = new Set<string>();
  const behind: FeedEntry[] = [];
  await tx.query('SAVEPOINT event');
  for (const entry of entries) {
    if (parked.has(aggregateOf(entry))) {
      behind.push(entry);
      continue;
    }
    const handler = handlers.get(entry.name)!;
    try {
      await handler.apply(tx, [read(handler, entry)], tools);
      await checkDeferred(tx);
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

/** What constraints would only say at COMMIT: it is this event's fault, not that of all that are committed with it. */
export const checkDeferred = async (tx: Tx): Promise<void> => void (await tx.query('SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED'));

/** Whether the event was not applied before; it is now. */
export async function enter(tx: Tx, { id, position }: FeedEntry): Promise<boolean> {
  const { rowCount } = await tx.query(`INSERT INTO ${tx.domain}.inbox (event_id, position) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [id, position]);
  return rowCount === 1;
}

/** Forgets what was applied long ago: longer than the feed is kept, so that a rewound cursor still finds what it applied. Event ids rise with time. */
export async function pruneInbox(db: Db<any>): Promise<void> {
  const text = `DELETE FROM ${db.domain}.inbox WHERE event_id IN (
    SELECT event_id FROM ${db.domain}.inbox
    WHERE event_id < (lpad(to_hex((extract(epoch FROM clock_timestamp() - $1 * interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    ORDER BY event_id LIMIT ${PRUNE_BATCH})`;
  while ((await db.query(text, [KEEP_DAYS])).rowCount === PRUNE_BATCH);
}

/** Takes events back out that were not applied after all. */
export async function leave(tx: Tx, entries: readonly FeedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(`DELETE FROM ${tx.domain}.inbox WHERE event_id = ANY ($1::uuid[])`, [entries.map((entry) => entry.id)]);
}

/** Parses the payload by the catalogue; what does not parse is a fault of the data. */
export function read(handler: Handler, entry: FeedEntry): Event {
  return { ...entry, data: dataOf(handler.type, { version: entry.version, payload: entry.data }) };
}

// The feed: every committed event of a tenant in one order. The relay alone writes it, so positions commit in order.
import type { Queryable } from './database.ts';
import type { Event } from './event.ts';

/** An event as the feed holds it; its data are not parsed yet. */
export type FeedEntry = Event<unknown>;

/** Told after each copy, as `first..last` position. Losing one is harmless: everybody also looks by a timer. */
export const FEED_CHANNEL = 'stromgraph_feed';
/** The same on Redis, where tenants share a server. */
export const feedChannelOf = (tenant: string): string => `stromgraph:${tenant}:feed`;
export const OUTBOX_CHANNEL = 'stromgraph_outbox';

const PLAIN = ['position', 'event_id', 'domain', 'aggregate_type', 'aggregate_id', 'aggregate_version', 'type', 'version', 'tenant', 'payload', 'correlation_id', 'causation_id'];

/** What to select of `alias` for `toEntry`; instants as seconds, which are read many times faster than their text. */
export const entryColumns = (alias: string): string =>
  [...PLAIN.map((name) => `${alias}.${name}`), ...['occurred_at', 'committed_at'].map((name) => `date_part('epoch', ${alias}.${name}) AS ${name}`)].join(', ');

export type FeedRow = Readonly<{
  position: bigint; event_id: string; domain: string; aggregate_type: string; aggregate_id: string; aggregate_version: bigint; type: string; version: number;
  tenant: string; payload: unknown; correlation_id: string; causation_id: string | null;
  /** Seconds since 1970. */
  occurred_at: number; committed_at: number;
}>;

export const toEntry = (row: FeedRow): FeedEntry => ({
  id: row.event_id,
  position: row.position,
  name: row.type,
  version: row.version,
  domain: row.domain,
  aggregateType: row.aggregate_type,
  aggregateId: row.aggregate_id,
  aggregateVersion: row.aggregate_version,
  tenant: row.tenant,
  data: row.payload,
  occurredAt: new Date(row.occurred_at * 1_000),
  committedAt: new Date(row.committed_at * 1_000),
  correlationId: row.correlation_id,
  causationId: row.causation_id,
});

/** Order is kept per aggregate; this names one. */
export const aggregateOf = ({ domain, aggregateType, aggregateId }: Pick<FeedEntry, 'domain' | 'aggregateType' | 'aggregateId'>): string =>
  JSON.stringify([domain, aggregateType, aggregateId]);

/** The newest position and its commit; 0 while nothing has happened. Pruning always leaves the newest row. */
export async function feedHead(db: Queryable): Promise<{ position: bigint; committedAt: Date | null }> {
  const [row] = await db.sql<{ position: bigint; committed_at: Date }>`SELECT position, committed_at FROM platform.feed ORDER BY position DESC LIMIT 1`;
  return { position: row?.position ?? 0n, committedAt: row?.committed_at ?? null };
}

/** The oldest position that is still kept; null for an empty feed. */
export async function feedTail(db: Queryable): Promise<bigint | null> {
  const [row] = await db.sql<{ position: bigint | null }>`SELECT min(position) AS position FROM platform.feed`;
  return row!.position;
}

/** What came after a position, oldest first; `types` null means all. */
export async function readFeed(db: Queryable, { after, until, types, limit }: { after: bigint; until?: bigint; types: readonly string[] | null; limit: number }): Promise<FeedEntry[]> {
  const { rows } = await db.query<FeedRow>(
    `SELECT ${entryColumns('f')} FROM platform.feed f WHERE f.position > $1 AND ($2::bigint IS NULL OR f.position <= $2) AND ($3::text[] IS NULL OR f.type = ANY ($3)) ORDER BY f.position LIMIT $4`,
    [after, until ?? null, types, limit],
  );
  return rows.map(toEntry);
}

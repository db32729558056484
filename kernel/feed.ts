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

const COLUMNS = 'f.position, f.event_id, f.domain, f.aggregate_type, f.aggregate_id, f.aggregate_version, f.type, f.version, f.tenant, f.payload, f.occurred_at, f.committed_at, f.correlation_id, f.causation_id';

export type FeedRow = Readonly<{
  position: bigint; event_id: string; domain: string; aggregate_type: string; aggregate_id: string; aggregate_version: bigint; type: string; version: number;
  tenant: string; payload: unknown; occurred_at: Date; committed_at: Date; correlation_id: string; causation_id: string | null;
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
  occurredAt: row.occurred_at,
  committedAt: row.committed_at,
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
    `SELECT ${COLUMNS} FROM platform.feed f WHERE f.position > $1 AND ($2::bigint IS NULL OR f.position <= $2) AND ($3::text[] IS NULL OR f.type = ANY ($3)) ORDER BY f.position LIMIT $4`,
    [after, until ?? null, types, limit],
  );
  return rows.map(toEntry);
}

export const FEED_COLUMNS = COLUMNS;

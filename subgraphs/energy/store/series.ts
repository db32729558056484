import type { Planned, Publication } from '@stromgraph/kernel/data-service';
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DataSeries } from '../series/freshness.ts';

type Row = { kind: string; expected_at: Date | null; published_at: Date | null; read_at: Date | null };

export async function seriesOf(db: Queryable, source: string): Promise<DataSeries[]> {
  return (await db.sql<Row>`SELECT * FROM energy.data_series WHERE source = ${source} ORDER BY kind`).map(toSeries);
}

/** Notes when each kind is announced next, and the newest publication of each that was read. */
export async function noteSeries(tx: Tx, source: string, { planned, published, now }: { planned: readonly Planned[]; published: readonly Publication[]; now: Date }): Promise<DataSeries[]> {
  const rows = await tx.sql<Row>`
    WITH announced AS (SELECT kind, min(at) AS at FROM unnest(${planned.map(({ kind }) => kind)}::text[], ${planned.map(({ at }) => at)}::timestamptz[]) a (kind, at) GROUP BY 1),
    read AS (
      SELECT kind, max(at) AS at FROM unnest(${published.map(({ kind }) => kind)}::text[], ${published.map(({ publishedAt }) => publishedAt)}::timestamptz[]) r (kind, at)
      WHERE at <= ${now} GROUP BY 1)
    INSERT INTO energy.data_series AS s (source, kind, expected_at, published_at, read_at)
    SELECT ${source}, kind, a.at, r.at, CASE WHEN r.at IS NOT NULL THEN ${now}::timestamptz END FROM announced a FULL JOIN read r USING (kind) ORDER BY kind
    ON CONFLICT (source, kind) DO UPDATE SET expected_at = excluded.expected_at,
      published_at = coalesce(greatest(excluded.published_at, s.published_at), s.published_at), read_at = coalesce(excluded.read_at, s.read_at)
    RETURNING *`;
  return rows.map(toSeries);
}

const toSeries = (row: Row): DataSeries => ({ kind: row.kind, expectedAt: row.expected_at, publishedAt: row.published_at, readAt: row.read_at });

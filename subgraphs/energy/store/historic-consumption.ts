// What was used at a market location, in versions: over all its meters, also where one was exchanged in the middle of a day.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

export type DayOfLocation = Readonly<{ maloId: string; day: LocalDate }>;
export type HistoricDay = Readonly<{ day: LocalDate; version: number; ingestedAt: Date; wattHours: readonly (bigint | null)[] }>;

/** The days of locations, from a day on, that meters measured under these contracts. */
export async function meteredLocations(at: Queryable, { contractIds, from }: { contractIds: readonly string[]; from: LocalDate }): Promise<DayOfLocation[]> {
  const rows = await at.sql<{ malo_id: string; day: LocalDate }>`SELECT DISTINCT malo_id, day FROM energy.metered_day WHERE contract_id = ANY (${contractIds}::uuid[]) AND day >= ${from} AND malo_id IS NOT NULL`;
  return rows.map((row) => ({ maloId: row.malo_id, day: row.day }));
}

/** Keeps what meters now say of these days where it is another than what was known. */
export async function keepHistory(tx: Tx, days: readonly DayOfLocation[], ingestedAt: Date): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `WITH given AS (SELECT DISTINCT malo_id, day FROM unnest($1::text[], $2::date[]) g (malo_id, day)
     ), known AS (
       SELECT g.malo_id, g.day, s.watt_hours FROM given g CROSS JOIN LATERAL (
         SELECT array_agg(q.wh ORDER BY q.nth) AS watt_hours FROM (
           SELECT u.nth, (sum(u.w) FILTER (WHERE m.counts))::bigint AS wh FROM energy.metered_day m, unnest(m.watt_hours) WITH ORDINALITY u (w, nth)
           WHERE m.malo_id = g.malo_id AND m.day = g.day GROUP BY u.nth) q) s
       WHERE s.watt_hours IS NOT NULL
     )
     INSERT INTO energy.historic_consumption (malo_id, day, version, watt_hours, source, ingested_at)
     SELECT k.malo_id, k.day, coalesce(h.version, 0) + 1, k.watt_hours, 'METERED', greatest($3, h.ingested_at)
     FROM known k LEFT JOIN LATERAL (
       SELECT * FROM energy.historic_consumption h WHERE h.malo_id = k.malo_id AND h.day = k.day ORDER BY h.version DESC LIMIT 1) h ON true
     WHERE h.watt_hours IS DISTINCT FROM k.watt_hours ORDER BY k.malo_id, k.day`,
    [days.map(({ maloId }) => maloId), days.map(({ day }) => day), ingestedAt],
  );
}

type Asked = Readonly<{ maloId: string; from: LocalDate; until: LocalDate; asOf: Date | null }>;

/** Days of a location in their order, as they were known at an instant; the newest without one. */
export async function historyPage(db: Queryable, { maloId, from, until, asOf }: Asked, { first, after }: { first: number; after: readonly string[] | null }): Promise<HistoricDay[]> {
  const rows = await db.sql<{ day: LocalDate; version: number; ingested_at: Date; watt_hours: (bigint | null)[] }>`
    SELECT DISTINCT ON (day) day, version, ingested_at, watt_hours FROM energy.historic_consumption
    WHERE malo_id = ${maloId} AND day >= ${from} AND day < ${until} AND day > coalesce(${after?.[0] ?? null}::date, '-infinity') AND ingested_at <= coalesce(${asOf}::timestamptz, 'infinity')
    ORDER BY day, version DESC LIMIT ${first + 1}`;
  return rows.map((row) => ({ day: row.day, version: row.version, ingestedAt: row.ingested_at, wattHours: row.watt_hours }));
}

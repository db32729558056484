// What our customers used in an area, as its grid operator allocates it: whole days, in versions.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AllocatedDay } from '../forecasts/told-day.ts';

/** Stores what is news in a day; false when this version or a newer one is known. */
export async function addAllocatedDay(tx: Tx, { gridAreaId, deliveryDay, version, publishedAt, wattHours }: AllocatedDay, importedAt: Date): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO energy.allocated_day (grid_area_id, delivery_day, version, published_at, imported_at)
    SELECT ${gridAreaId}, ${deliveryDay}, ${version}, ${publishedAt}, ${importedAt}
    WHERE NOT EXISTS (SELECT FROM energy.allocated_day d WHERE d.grid_area_id = ${gridAreaId} AND d.delivery_day = ${deliveryDay} AND d.version >= ${version}) RETURNING version`;
  if (added.length === 0) return false;
  await tx.sql`
    WITH given AS (
      SELECT (${deliveryDay}::date::timestamp AT TIME ZONE 'Europe/Berlin') + (nth - 1) * interval '15 minutes' AS start_at, watt_hours
      FROM unnest(${wattHours}::bigint[]) WITH ORDINALITY v (watt_hours, nth)
    )
    INSERT INTO energy.realised_consumption (grid_area_id, start_at, version, watt_hours, source, ingested_at)
    SELECT ${gridAreaId}, g.start_at, coalesce(r.version, 0) + 1, g.watt_hours, 'DSO', ${importedAt}
    FROM given g LEFT JOIN LATERAL (
      SELECT r.version, r.watt_hours FROM energy.realised_consumption r
      WHERE r.grid_area_id = ${gridAreaId}::uuid AND r.start_at = g.start_at AND r.source = 'DSO' ORDER BY r.version DESC LIMIT 1
    ) r ON true
    WHERE r.watt_hours IS DISTINCT FROM g.watt_hours`;
  return true;
}

export type DaysQuestion = Readonly<{ gridAreaId: string; days: readonly LocalDate[]; knownAt: Date }>;

/** The quarter hours of these days as they were known at an instant; days that were not are left out. */
export async function allocatedDays(at: Queryable, { gridAreaId, days, knownAt }: DaysQuestion): Promise<Map<LocalDate, WattHours[]>> {
  const rows = await at.sql<{ day: LocalDate; watt_hours: WattHours[] }>`
    SELECT d.day, array_agg(r.watt_hours ORDER BY r.start_at) AS watt_hours
    FROM unnest(${days}::date[]) d (day)
    CROSS JOIN LATERAL (
      SELECT DISTINCT ON (r.start_at) r.start_at, r.watt_hours FROM energy.realised_consumption r
      WHERE r.grid_area_id = ${gridAreaId} AND r.source = 'DSO' AND r.ingested_at <= ${knownAt}
        AND r.start_at >= d.day::timestamp AT TIME ZONE 'Europe/Berlin' AND r.start_at < (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
      ORDER BY r.start_at, r.version DESC
    ) r
    GROUP BY d.day HAVING count(*) = energy.quarter_hours_of(d.day)`;
  return new Map(rows.map((row) => [row.day, row.watt_hours]));
}

/** The newest version of a day; null while none has come. */
export async function newestAllocation(at: Queryable, gridAreaId: string, day: LocalDate): Promise<number | null> {
  const [row] = await at.sql<{ version: number }>`SELECT version FROM energy.allocated_day WHERE grid_area_id = ${gridAreaId} AND delivery_day = ${day} ORDER BY version DESC LIMIT 1`;
  return row?.version ?? null;
}

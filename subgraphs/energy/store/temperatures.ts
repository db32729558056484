import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DayTemperatures } from '../forecasts/told-day.ts';
import type { DaysQuestion } from './allocated-days.ts';

/** Stores a version; one that is known already changes nothing. */
export async function addTemperatures(tx: Tx, { gridAreaId, deliveryDay, version, publishedAt, celsius }: DayTemperatures, importedAt: Date): Promise<void> {
  await tx.sql`
    INSERT INTO energy.temperature (grid_area_id, delivery_day, version, published_at, imported_at, celsius)
    VALUES (${gridAreaId}, ${deliveryDay}, ${version}, ${publishedAt}, ${importedAt}, ${celsius}::numeric[]) ON CONFLICT DO NOTHING`;
}

/** How warm these days are on average, as it was known at an instant; days of which nothing was are left out. */
export async function meanTemperatures(at: Queryable, { gridAreaId, days, knownAt }: DaysQuestion): Promise<Map<LocalDate, number>> {
  const rows = await at.sql<{ day: LocalDate; celsius: number }>`
    SELECT d.day, t.celsius FROM unnest(${days}::date[]) d (day)
    CROSS JOIN LATERAL (
      SELECT (SELECT avg(c) FROM unnest(t.celsius) c)::float AS celsius FROM energy.temperature t
      WHERE t.grid_area_id = ${gridAreaId} AND t.delivery_day = d.day AND t.imported_at <= ${knownAt} ORDER BY t.version DESC LIMIT 1
    ) t`;
  return new Map(rows.map((row) => [row.day, row.celsius]));
}

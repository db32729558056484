import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import { newId } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DemandForecast, PublishedForecast } from '../forecasts/forecast.ts';

type Row = {
  id: string;
  horizon: DemandForecast['horizon'];
  grid_area_id: string;
  delivery_day: LocalDate;
  version: number;
  published_at: Date;
  cut_off_at: Date;
  imported_at: Date;
  watt_hours: WattHours[];
};

const COLUMNS = `f.id, f.horizon, f.grid_area_id, f.delivery_day, f.version, f.published_at, f.cut_off_at, f.imported_at,
  (SELECT array_agg(v.demand_watt_hours ORDER BY v.start_at) FROM energy.day_ahead_demand_forecast v WHERE v.forecast_id = f.id) AS watt_hours`;

/** SQL of the newest version for an area and day, given as SQL. Day ahead is the one horizon that is imported today. */
export const newestForecastSql = (gridAreaId: string, day: string): string =>
  `SELECT n.id, n.cut_off_at, n.version FROM energy.demand_forecast n
   WHERE n.horizon = 'DAY_AHEAD' AND n.grid_area_id = ${gridAreaId} AND n.delivery_day = ${day} ORDER BY n.version DESC LIMIT 1`;

/** Stores a day-ahead version; null when it is known already. */
export async function addForecast(tx: Tx, forecast: PublishedForecast, importedAt: Date): Promise<string | null> {
  const { gridAreaId, deliveryDay, version, publishedAt, cutOffAt, wattHours } = forecast;
  const id = newId<'forecast'>();
  const added = await tx.sql`
    INSERT INTO energy.demand_forecast (id, horizon, grid_area_id, delivery_day, version, published_at, cut_off_at, imported_at)
    VALUES (${id}, 'DAY_AHEAD', ${gridAreaId}, ${deliveryDay}, ${version}, ${publishedAt}, ${cutOffAt},
      ${importedAt}) ON CONFLICT DO NOTHING RETURNING id`;
  if (added.length === 0) return null;
  await tx.sql`
    INSERT INTO energy.day_ahead_demand_forecast (forecast_id, start_at, demand_watt_hours)
    SELECT ${id}, (${deliveryDay}::date::timestamp AT TIME ZONE 'Europe/Berlin') + (nth - 1) * interval '15 minutes', watt_hours
    FROM unnest(${wattHours}::bigint[]) WITH ORDINALITY v (watt_hours, nth)`;
  return id;
}

export async function forecastsById(db: Queryable, ids: readonly string[]): Promise<DemandForecast[]> {
  return (await db.query<Row>(`SELECT ${COLUMNS} FROM energy.demand_forecast f WHERE f.id = ANY ($1::uuid[])`, [ids])).rows.map(toForecast);
}

/** One version, the newest unless one is named. */
export async function findForecast(
  db: Queryable,
  { gridAreaId, deliveryDay, version }: { gridAreaId: string; deliveryDay: LocalDate; version: number | null },
): Promise<DemandForecast | null> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM energy.demand_forecast f WHERE f.horizon = 'DAY_AHEAD' AND f.grid_area_id = $1 AND f.delivery_day = $2 AND ($3::int IS NULL OR f.version = $3)
     ORDER BY f.version DESC LIMIT 1`,
    [gridAreaId, deliveryDay, version],
  );
  return rows[0] ? toForecast(rows[0]) : null;
}

export type ForecastRange = Readonly<{ gridAreaIds: readonly string[] | null; from: LocalDate; until: LocalDate }>;

/** The newest version of every area and day in the range. */
export async function newestForecasts(db: Queryable, { gridAreaIds, from, until }: ForecastRange): Promise<DemandForecast[]> {
  const { rows } = await db.query<Row>(
    `SELECT DISTINCT ON (f.grid_area_id, f.delivery_day) ${COLUMNS} FROM energy.demand_forecast f
     WHERE f.horizon = 'DAY_AHEAD' AND ($1::uuid[] IS NULL OR f.grid_area_id = ANY ($1)) AND f.delivery_day >= $2 AND f.delivery_day < $3
     ORDER BY f.grid_area_id, f.delivery_day, f.version DESC`,
    [gridAreaIds, from, until],
  );
  return rows.map(toForecast);
}

const toForecast = (row: Row): DemandForecast => ({
  id: row.id,
  horizon: row.horizon,
  gridAreaId: row.grid_area_id,
  deliveryDay: row.delivery_day,
  version: row.version,
  publishedAt: row.published_at,
  cutOffAt: row.cut_off_at,
  importedAt: row.imported_at,
  wattHours: row.watt_hours,
});

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { WattHours } from '@stromgraph/kernel/energy';
import { newId } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DemandForecast, ForecastHorizon, PublishedForecast } from '../forecasts/forecast.ts';

type Row = {
  id: string;
  horizon: DemandForecast['horizon'];
  basis: DemandForecast['basis'];
  grid_area_id: string;
  delivery_day: LocalDate;
  version: number;
  published_at: Date;
  cut_off_at: Date;
  imported_at: Date;
  watt_hours: WattHours[];
};

const COLUMNS = `f.id, f.horizon, f.basis, f.grid_area_id, f.delivery_day, f.version, f.published_at, f.cut_off_at, f.imported_at,
  CASE f.horizon
    WHEN 'DAY_AHEAD' THEN (SELECT array_agg(v.demand_watt_hours ORDER BY v.start_at) FROM energy.day_ahead_demand_forecast v WHERE v.forecast_id = f.id)
    WHEN 'INTRADAY' THEN (SELECT array_agg(v.demand_watt_hours ORDER BY v.start_at) FROM energy.intraday_demand_forecast v WHERE v.forecast_id = f.id)
    WHEN 'WEEK_AHEAD' THEN (SELECT array_agg(v.demand_watt_hours ORDER BY v.start_at) FROM energy.weekly_demand_forecast v WHERE v.forecast_id = f.id)
    ELSE (SELECT array_agg(v.demand_watt_hours ORDER BY v.month, v.week_hour) FROM energy.year_ahead_demand_forecast v WHERE v.forecast_id = f.id)
  END AS watt_hours`;

/** What each horizon, and ourselves, last said of an area's day before its period began; intraday: before the day was over. */
export async function forecastsAhead(db: Queryable, { gridAreaId, day }: { gridAreaId: string; day: LocalDate }): Promise<DemandForecast[]> {
  const { rows } = await db.query<Row>(
    `SELECT DISTINCT ON (f.horizon, f.own) ${COLUMNS} FROM energy.demand_forecast f
     WHERE f.grid_area_id = $1 AND f.delivery_day = energy.forecast_begins_on(f.horizon, $2::date)
       AND f.published_at < (CASE f.horizon WHEN 'INTRADAY' THEN $2::date + 1 ELSE f.delivery_day END)::timestamp AT TIME ZONE 'Europe/Berlin'
     ORDER BY f.horizon, f.own, f.version DESC`,
    [gridAreaId, day],
  );
  return rows.map(toForecast);
}

/** From 1 for each area and day. */
export async function nextOwnVersion(tx: Tx, gridAreaId: string, deliveryDay: LocalDate): Promise<number> {
  const [row] = await tx.sql<{ version: number }>`SELECT coalesce(max(version), 0) + 1 AS version FROM energy.demand_forecast WHERE grid_area_id = ${gridAreaId} AND own AND delivery_day = ${deliveryDay}`;
  return row!.version;
}

/** SQL of the forecast that gives the demand of an area and day, given as SQL: the newest version of the lowest rank that covers the day. */
export const newestForecastSql = (gridAreaId: string, day: string): string =>
  `SELECT n.id, n.cut_off_at, n.version, n.horizon FROM energy.forecast_rank r CROSS JOIN LATERAL (
     SELECT f.id, f.cut_off_at, f.version, f.horizon FROM energy.demand_forecast f
     WHERE f.grid_area_id = ${gridAreaId} AND f.horizon = r.horizon AND f.own = r.own AND f.delivery_day = energy.forecast_begins_on(r.horizon, ${day})
     ORDER BY f.version DESC LIMIT 1
   ) n ORDER BY r.rank LIMIT 1`;

/** SQL of the same for many days of one area at once: (day, id, cut_off_at) of each day of `days`, a relation of days, that has one. */
export const newestForecastsSql = (gridAreaId: string, days: string): string => `
  SELECT DISTINCT ON (d.day) d.day, n.id, n.cut_off_at
  FROM energy.forecast_rank r
  CROSS JOIN LATERAL (SELECT energy.forecast_begins_on(r.horizon, min(day)) AS first, energy.forecast_begins_on(r.horizon, max(day)) AS last FROM ${days}) s
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (f.delivery_day) f.id, f.delivery_day, f.cut_off_at FROM energy.demand_forecast f
    WHERE f.grid_area_id = ${gridAreaId} AND f.horizon = r.horizon AND f.own = r.own AND f.delivery_day BETWEEN s.first AND s.last ORDER BY f.delivery_day, f.version DESC
  ) n
  JOIN ${days} d ON n.delivery_day = energy.forecast_begins_on(r.horizon, d.day)
  ORDER BY d.day, r.rank`;

/**
 * SQL of what forecasts say of each quarter hour (forecast_id, start_at, demand_watt_hours) of the area-days in `areaDays`, a relation
 * with forecast_id, start_at and end_at. A year's forecast goes by the local clock. A day's values are looked up by their forecast (OFFSET 0), however
 * few others the database knows of: a plan that reads all of them is kept while they grow.
 */
export const forecastQuartersSql = (areaDays: string): string => `
  SELECT v.forecast_id, v.start_at, v.demand_watt_hours FROM ${areaDays} d CROSS JOIN LATERAL (SELECT * FROM energy.day_ahead_demand_forecast v WHERE v.forecast_id = d.forecast_id OFFSET 0) v
  UNION ALL
  SELECT v.forecast_id, v.start_at, v.demand_watt_hours FROM ${areaDays} d CROSS JOIN LATERAL (SELECT * FROM energy.intraday_demand_forecast v WHERE v.forecast_id = d.forecast_id OFFSET 0) v
  UNION ALL
  SELECT v.forecast_id, v.start_at + nth * interval '15 minutes', energy.quarter_of(v.demand_watt_hours, nth)
  FROM ${areaDays} d JOIN energy.weekly_demand_forecast v ON v.forecast_id = d.forecast_id AND v.start_at >= d.start_at AND v.start_at < d.end_at CROSS JOIN generate_series(0, 3) nth
  UNION ALL
  SELECT v.forecast_id, q.start_at, energy.quarter_of(v.demand_watt_hours, extract(minute FROM l.at)::int / 15)
  FROM ${areaDays} d JOIN energy.demand_forecast h ON h.id = d.forecast_id AND h.horizon = 'YEAR_AHEAD'
  CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') q (start_at)
  CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  JOIN energy.year_ahead_demand_forecast v ON v.forecast_id = d.forecast_id AND v.month = extract(month FROM l.at)
    AND v.week_hour = (extract(isodow FROM l.at)::int - 1) * 24 + extract(hour FROM l.at)::int`;

/** Stores a version with its values; null when it is known already. */
export async function addForecast(tx: Tx, forecast: PublishedForecast, importedAt: Date): Promise<string | null> {
  const { horizon, basis, gridAreaId, deliveryDay, version, publishedAt, cutOffAt, wattHours } = forecast;
  const id = newId<'forecast'>();
  const { rowCount } = await tx.query(ADD[horizon], [id, horizon, basis, gridAreaId, deliveryDay, version, publishedAt, cutOffAt, importedAt, wattHours]);
  return rowCount > 0 ? id : null;
}

const addSql = (table: string, columns: string, values: string): string => `
  WITH added AS (
    INSERT INTO energy.demand_forecast (id, horizon, basis, grid_area_id, delivery_day, version, published_at, cut_off_at, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT DO NOTHING RETURNING id, delivery_day
  )
  INSERT INTO energy.${table} (forecast_id, ${columns}, demand_watt_hours) SELECT a.id, ${values}, v.watt_hours FROM added a CROSS JOIN unnest((SELECT $10::bigint[])) WITH ORDINALITY v (watt_hours, nth)`;
const addStepsTo = (table: string, step: string): string => addSql(table, 'start_at', `(a.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin') + (v.nth - 1) * interval '${step}'`);
const ADD: Readonly<Record<ForecastHorizon, string>> = {
  DAY_AHEAD: addStepsTo('day_ahead_demand_forecast', '15 minutes'),
  INTRADAY: addStepsTo('intraday_demand_forecast', '15 minutes'),
  WEEK_AHEAD: addStepsTo('weekly_demand_forecast', '1 hour'),
  YEAR_AHEAD: addSql('year_ahead_demand_forecast', 'month, week_hour', '(v.nth - 1) / 168 + 1, (v.nth - 1) % 168'),
};

export async function forecastsById(db: Queryable, ids: readonly string[]): Promise<DemandForecast[]> {
  return (await db.query<Row>(`SELECT ${COLUMNS} FROM energy.demand_forecast f WHERE f.id = ANY ($1::uuid[])`, [ids])).rows.map(toForecast);
}

export type ForecastQuestion = Readonly<{ gridAreaId: string; deliveryDay: LocalDate; horizon: ForecastHorizon | null; own: boolean; version: number | null }>;

/** One version that covers a day: of a horizon the newest unless one is named, or (no horizon) the one that gives the demand. */
export async function findForecast(db: Queryable, { gridAreaId, deliveryDay, horizon, own, version }: ForecastQuestion): Promise<DemandForecast | null> {
  const { rows } =
    horizon === null
      ? await db.query<Row>(`SELECT ${COLUMNS} FROM (${newestForecastSql('$1::uuid', '$2::date')}) n JOIN energy.demand_forecast f ON f.id = n.id`, [gridAreaId, deliveryDay])
      : await db.query<Row>(
          `SELECT ${COLUMNS} FROM energy.demand_forecast f WHERE f.horizon = $1 AND f.own = $2 AND f.grid_area_id = $3 AND f.delivery_day = energy.forecast_begins_on($1, $4::date)
             AND ($5::int IS NULL OR f.version = $5) ORDER BY f.version DESC LIMIT 1`,
          [horizon, own, gridAreaId, deliveryDay, version],
        );
  return rows[0] ? toForecast(rows[0]) : null;
}

export type ForecastRange = Readonly<{ gridAreaIds: readonly string[] | null; from: LocalDate; until: LocalDate }>;

/** What gives the demand of every area and day in the range; one that gives it for several days comes once. */
export async function newestForecasts(db: Queryable, { gridAreaIds, from, until }: ForecastRange): Promise<DemandForecast[]> {
  const { rows } = await db.query<Row>(
    `WITH chosen AS (
       SELECT DISTINCT n.id FROM energy.grid_area a CROSS JOIN generate_series($2::date, $3::date - 1, interval '1 day') d (at) CROSS JOIN LATERAL (SELECT d.at::date) day (day)
       CROSS JOIN LATERAL (${newestForecastSql('a.id', 'day.day')}) n WHERE $1::uuid[] IS NULL OR a.id = ANY ($1)
     )
     SELECT ${COLUMNS} FROM chosen c JOIN energy.demand_forecast f ON f.id = c.id ORDER BY f.grid_area_id, f.delivery_day, f.horizon`,
    [gridAreaIds, from, until],
  );
  return rows.map(toForecast);
}

const toForecast = (row: Row): DemandForecast => ({
  id: row.id,
  horizon: row.horizon,
  basis: row.basis,
  gridAreaId: row.grid_area_id,
  deliveryDay: row.delivery_day,
  version: row.version,
  publishedAt: row.published_at,
  cutOffAt: row.cut_off_at,
  importedAt: row.imported_at,
  wattHours: row.watt_hours,
});

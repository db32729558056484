import type { Db } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import type { HedgeRatio, Tenor, TenorPeriod } from '../profit/hedge-ratio.ts';
import { readWithHashJoins } from './hash-joins.ts';
import { areaDayParameters } from './position-figures.ts';
import { BEYOND_OPEN_DAYS } from './positions.ts';
import { ENERGY_DAYS, PROFILE_DAYS } from './profile-shares.ts';
import { STANDING_TRADES } from './trades.ts';

type Row = { tenor: Tenor; from_on: LocalDate; until_on: LocalDate; grid_area_id: string | null; demand: bigint; hedged: bigint; forecast_ids: string[] };

/** Per tenor and area, and over all of them: what is demanded, and what standing trades deliver of it. `areaDays` are the days of the tenors in these areas. */
export async function hedgeRatios(db: Db<any>, tenors: readonly TenorPeriod[], areaDays: readonly AreaDay[]): Promise<HedgeRatio[]> {
  const { rows } = await readWithHashJoins(db, (at) => at.query<Row>(STATEMENT, [...areaDayParameters(areaDays), tenors.map(({ tenor }) => tenor), tenors.map(({ from }) => from), tenors.map(({ until }) => until)]));
  return rows.map((row) => ({ tenor: row.tenor, from: row.from_on, until: row.until_on, gridAreaId: row.grid_area_id, demandWattHours: row.demand, hedgedWattHours: row.hedged, forecastIds: row.forecast_ids }));
}

/**
 * A tenor has the demand of its positions, quarter hours, hours and months, where these make up the whole of it: from the newest version of the shortest
 * forecast horizon that covers a day, by load profile elsewhere. One that is not known whole yet takes the days that have positions, the others by load profile.
 */
const STATEMENT = `
  WITH area_day AS MATERIALIZED (
    SELECT g.*, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
  ), tenor AS (SELECT * FROM unnest($5::text[], $6::date[], $7::date[]) WITH ORDINALITY t (tenor, from_on, until_on, nth)),
  ${PROFILE_DAYS}, ${ENERGY_DAYS},
  expected AS (
    SELECT d.grid_area_id, d.day, sum(s.energy * v.share) AS watt_hours FROM area_day d
    JOIN energy_day s ON s.grid_area_id = d.grid_area_id AND s.day = d.day
    JOIN profile_day v ON v.day = d.day AND v.day_type = d.day_type AND v.code = s.profile GROUP BY 1, 2
  ), positioned AS (
    SELECT d.grid_area_id, d.day, sum(p.demand_watt_hours) AS watt_hours FROM area_day d
    JOIN energy.position_day o ON o.delivery_day = d.day
    JOIN energy.current_position p ON p.grid_area_id = d.grid_area_id AND p.start_at >= d.start_at AND p.start_at < d.end_at GROUP BY 1, 2
  ), kept AS (
    SELECT grid_area_id, start_at, end_at, demand_watt_hours, array_remove(ARRAY[forecast_id], NULL) AS forecast_ids FROM energy.current_position
    UNION ALL SELECT grid_area_id, start_at, end_at, demand_watt_hours, forecast_ids FROM energy.forward_position f WHERE ${BEYOND_OPEN_DAYS}
  ), whole AS (
    SELECT t.nth, k.grid_area_id, sum(k.demand_watt_hours)::bigint AS watt_hours,
      ARRAY(SELECT f.id FROM unnest(array_agg(k.forecast_ids::text)) a (ids) CROSS JOIN unnest(a.ids::uuid[]) f (id) GROUP BY 1) AS forecast_ids
    FROM tenor t CROSS JOIN LATERAL (SELECT t.from_on::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, t.until_on::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at) p
    JOIN kept k ON k.start_at >= p.start_at AND k.end_at <= p.end_at WHERE k.grid_area_id IN (SELECT grid_area_id FROM area_day)
    GROUP BY 1, 2, p.start_at, p.end_at HAVING sum(k.end_at - k.start_at) = p.end_at - p.start_at
  ), demanded AS (
    SELECT t.nth, d.grid_area_id, coalesce(min(w.watt_hours), round(sum(coalesce(p.watt_hours, e.watt_hours, 0)))::bigint) AS watt_hours, min(w.forecast_ids) AS forecast_ids
    FROM tenor t JOIN area_day d ON d.day >= t.from_on AND d.day < t.until_on
    LEFT JOIN positioned p ON p.grid_area_id = d.grid_area_id AND p.day = d.day LEFT JOIN expected e ON e.grid_area_id = d.grid_area_id AND e.day = d.day
    LEFT JOIN whole w ON w.nth = t.nth AND w.grid_area_id = d.grid_area_id GROUP BY 1, 2
  ), delivered AS (
    SELECT t.nth, r.grid_area_id, sum(CASE r.side WHEN 'BUY' THEN 250 ELSE -250 END * r.kilowatts * (extract(epoch FROM least(r.until_at, p.end_at) - greatest(r.from_at, p.start_at)) / 900)::bigint)::bigint AS watt_hours
    FROM tenor t CROSS JOIN LATERAL (SELECT t.from_on::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, t.until_on::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at) p
    JOIN ${STANDING_TRADES} r ON r.from_at < p.end_at AND r.until_at > p.start_at GROUP BY 1, 2
  )
  SELECT t.tenor, t.from_on, t.until_on, d.grid_area_id, sum(d.watt_hours)::bigint AS demand, coalesce(sum(h.watt_hours), 0)::bigint AS hedged,
    ARRAY(SELECT f.id FROM unnest(array_agg(d.forecast_ids::text)) a (ids) CROSS JOIN unnest(a.ids::uuid[]) x (id) JOIN energy.demand_forecast f ON f.id = x.id GROUP BY f.id ORDER BY f.delivery_day, f.id) AS forecast_ids
  FROM tenor t JOIN demanded d ON d.nth = t.nth LEFT JOIN delivered h ON h.nth = t.nth AND h.grid_area_id = d.grid_area_id
  GROUP BY GROUPING SETS ((t.nth, t.tenor, t.from_on, t.until_on, d.grid_area_id), (t.nth, t.tenor, t.from_on, t.until_on)) ORDER BY t.nth, d.grid_area_id NULLS LAST`;

// SQL that turns demand and hedges into the figures of positions, for the area-days given as parameters 1 to 4.
import type { AreaDay } from '../positions/area-day.ts';
import { newestPricesSql } from './curve-prices.ts';
import { newestForecastSql, forecastQuartersSql } from './forecasts.ts';
import { STANDING_TRADES } from './trades.ts';

/** In the order of the parameters. */
export const areaDayParameters = (areaDays: readonly AreaDay[]): unknown[] => [
  areaDays.map((each) => each.gridAreaId),
  areaDays.map((each) => each.day),
  areaDays.map((each) => each.dayType),
  areaDays.map((each) => each.dynamisation),
];

/** An area's own limit, or the one for all. */
const LIMIT = `
  SELECT l.percent, l.watt_hours_per_hour FROM energy.position_limit l
  WHERE l.grid_area_id = g.grid_area_id OR l.grid_area_id IS NULL ORDER BY l.grid_area_id NULLS LAST LIMIT 1`;

/** Quarter hours by the local clock: on the days of a clock change an hour is missing or comes twice. */
const QUARTERS = `
  area_day AS MATERIALIZED (
    SELECT g.*, f.id AS forecast_id, f.cut_off_at, c.curve_id, c.minutes AS curve_minutes, c.eur_per_mwh, l.percent, l.watt_hours_per_hour,
      g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
    LEFT JOIN LATERAL (${newestForecastSql('g.grid_area_id', 'g.day')}) f ON true
    LEFT JOIN LATERAL (${newestPricesSql('g.day')}) c ON true
    LEFT JOIN LATERAL (${LIMIT}) l ON true
  ), quarter AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.forecast_id, q.start_at, d.curve_id, d.percent, d.watt_hours_per_hour,
      d.eur_per_mwh[(extract(epoch FROM q.start_at - d.start_at)::int / 60) / d.curve_minutes + 1] AS price,
      extract(hour FROM l.at)::int * 4 + extract(minute FROM l.at)::int / 15 AS slot
    FROM area_day d
    CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') q (start_at)
    CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  )`;

/**
 * Yearly energy per profile × its share of the year in the quarter hour: exact, the sum is rounded once. A profile is that of the
 * delivery year or the last one known, as published by an instant given as SQL.
 */
export const byProfileSql = (knownAt = `'infinity'`): string => `
  profile_of_day AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.day_type, p.expected_watt_hours * CASE WHEN l.dynamised THEN d.dynamisation ELSE 1 END AS energy, l.code, l.year, l.version,
      energy.profile_period(l.seasonal, d.day)::smallint AS period
    FROM area_day d
    JOIN demand p ON p.grid_area_id = d.grid_area_id AND p.delivery_day = d.day
    CROSS JOIN LATERAL (
      SELECT l.* FROM energy.load_profile l WHERE l.code = p.profile AND l.year <= extract(year FROM d.day)::int AND l.published_at <= ${knownAt}
      ORDER BY l.year DESC, l.version DESC LIMIT 1
    ) l
  ), share AS MATERIALIZED (
    SELECT p.grid_area_id, p.day, v.slot, sum(p.energy * v.value) * 0.000001 AS watt_hours
    FROM profile_of_day p
    JOIN energy.slp_profile v ON v.code = p.code AND v.year = p.year AND v.version = p.version
      AND v.month = p.period AND v.day_type = p.day_type
    GROUP BY p.grid_area_id, p.day, v.slot
  )`;

const HEDGES = `
  hedge AS MATERIALIZED (
    SELECT t.grid_area_id, q.start_at, sum(CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END) * 250 AS watt_hours,
      round(sum(t.kilowatts * t.price_eur_per_mwh) FILTER (WHERE t.side = 'BUY') / sum(t.kilowatts) FILTER (WHERE t.side = 'BUY'), 5) AS average_price
    FROM area_day d
    JOIN ${STANDING_TRADES} t ON t.grid_area_id = d.grid_area_id AND tstzrange(t.from_at, t.until_at) && tstzrange(d.start_at, d.end_at)
    CROSS JOIN LATERAL generate_series(greatest(t.from_at, d.start_at), least(t.until_at, d.end_at) - interval '15 minutes', interval '15 minutes') q (start_at)
    GROUP BY t.grid_area_id, q.start_at
  )`;

const REALISED = `
  realised AS MATERIALIZED (
    SELECT DISTINCT ON (r.grid_area_id, r.start_at) r.grid_area_id, r.start_at, r.watt_hours
    FROM area_day d JOIN energy.realised_consumption r ON r.grid_area_id = d.grid_area_id AND r.source = 'METERED' AND r.start_at >= d.start_at AND r.start_at < d.end_at
    ORDER BY r.grid_area_id, r.start_at, r.version DESC
  )`;

/**
 * The figures of every quarter hour as `fresh`, where `demand` is SQL of the yearly energy per area, day and profile that profiles
 * spread. A limit per hour holds for a quarter of it in a quarter hour; exactly on a limit is within it.
 */
export const freshFiguresSql = (demand: string): string => `${QUARTERS}, forecast_quarter AS MATERIALIZED (${forecastQuartersSql('area_day')}),
  demand AS (${demand}), ${byProfileSql()}, ${HEDGES}, ${REALISED},
  figure AS (
    SELECT q.*, round(coalesce(f.demand_watt_hours, 0) + coalesce(s.watt_hours, 0))::bigint AS demand, coalesce(h.watt_hours, 0)::bigint AS hedged,
      h.average_price, r.watt_hours AS realised
    FROM quarter q
    LEFT JOIN forecast_quarter f ON f.forecast_id = q.forecast_id AND f.start_at = q.start_at
    LEFT JOIN share s ON s.grid_area_id = q.grid_area_id AND s.day = q.day AND s.slot = q.slot
    LEFT JOIN hedge h ON h.grid_area_id = q.grid_area_id AND h.start_at = q.start_at
    LEFT JOIN realised r ON r.grid_area_id = q.grid_area_id AND r.start_at = q.start_at
  ), fresh AS MATERIALIZED (
    SELECT f.*, f.demand - f.hedged AS open,
      CASE WHEN abs(f.demand - f.hedged) * 100 > f.percent * abs(f.demand) THEN 'PCT'
           WHEN abs(f.demand - f.hedged) * 4 > f.watt_hours_per_hour THEN 'MWH' END AS breach
    FROM figure f
  )`;

/** Whether a position says something else than the fresh figures. */
export const differsSql = (position: string, fresh: string): string =>
  `(${position}.forecast_id, ${position}.demand_watt_hours, ${position}.hedged_watt_hours, ${position}.realised_watt_hours, ${position}.average_price_eur_per_mwh, ${position}.curve_id, ${position}.breach)
    IS DISTINCT FROM (${fresh}.forecast_id, ${fresh}.demand, ${fresh}.hedged, ${fresh}.realised, ${fresh}.average_price, ${fresh}.curve_id, ${fresh}.breach)`;

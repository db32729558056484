// SQL that turns demand and hedges into the figures of positions, for the area-days given as parameters 1 to 4.
import type { AreaDay } from '../positions/area-day.ts';
import { newestPricesSql } from './curve-prices.ts';
import { newestForecastSql, forecastQuartersSql } from './forecasts.ts';
import { SLOTS_OF_DAY } from './profile-slots.ts';
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

const BEGIN_AND_END = `g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at`;
/** Behind a SELECT, a list counts for as many as it always does: a plan that is made again for each list takes longer than it runs. */
const GIVEN = `FROM unnest((SELECT $1::uuid[]), (SELECT $2::date[]), (SELECT $3::text[]), (SELECT $4::numeric[])) WITH ORDINALITY AS g (grid_area_id, day, day_type, dynamisation, place)`;
const WITH_FORECAST = `LEFT JOIN LATERAL (${newestForecastSql('g.grid_area_id', 'g.day')}) f ON true`;
const WITH_LIMIT = `LEFT JOIN LATERAL (${LIMIT}) l ON true`;
/** Of the quarter hour by the local clock. */
const slotSql = (local: string): string => `(date_part('epoch', ${local}::time) / 900)::int`;
/** A slot of one of the area-days, as one number: PostgreSQL expects a join by area, day and slot to find next to nothing, and would compare every row with every other. */
export const spotSql = (place: string, slot: string): string => `${place} * 100 + ${slot}`;

/** On the days of a clock change an hour is missing or comes twice. */
const QUARTERS = `
  area_day AS MATERIALIZED (
    SELECT g.*, f.id AS forecast_id, f.cut_off_at, c.curve_id, c.minutes AS curve_minutes, c.eur_per_mwh, l.percent, l.watt_hours_per_hour, ${BEGIN_AND_END}
    ${GIVEN} ${WITH_FORECAST} LEFT JOIN LATERAL (${newestPricesSql('g.day')}) c ON true ${WITH_LIMIT}
  ), quarter AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.forecast_id, q.start_at, d.curve_id, d.percent, d.watt_hours_per_hour,
      d.eur_per_mwh[(extract(epoch FROM q.start_at - d.start_at)::int / 60) / d.curve_minutes + 1] AS price, ${spotSql('d.place', slotSql('l.at'))} AS spot
    FROM area_day d CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') q (start_at)
    CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  )`;

/**
 * Yearly energy per profile × its share of the year in the quarter hour: exact, the sum is rounded once. A profile is that of the
 * delivery year or the last one known, as published by an instant given as SQL. Told by spots of `area_day`.
 */
export const byProfileSql = (knownAt = `'infinity'`): string => `
  profile_of_day AS MATERIALIZED (
    SELECT d.place, d.day_type, p.expected_watt_hours * CASE WHEN l.dynamised THEN d.dynamisation ELSE 1 END AS energy, l.code, l.year, l.version,
      energy.profile_period(l.seasonal, d.day)::smallint AS period
    FROM area_day d
    JOIN demand p ON p.grid_area_id = d.grid_area_id AND p.delivery_day = d.day
    CROSS JOIN LATERAL (
      SELECT l.* FROM energy.load_profile l WHERE l.code = p.profile AND l.year <= extract(year FROM d.day)::int AND l.published_at <= ${knownAt}
      ORDER BY l.year DESC, l.version DESC LIMIT 1
    ) l
  ), share AS MATERIALIZED (
    SELECT ${spotSql('p.place', 'v.slot')} AS spot, sum(p.energy * v.value) * 0.000001 AS watt_hours FROM profile_of_day p ${SLOTS_OF_DAY} GROUP BY 1
  )`;

/**
 * What is bought and sold for each quarter hour of `quarters`, its purchases' average price weighted by energy: power that begins and ends, added
 * up in order of time, so that a trade costs two rows however long it delivers. 20 decimals, so that rounding a quotient rounds once. `kept` are
 * columns of `quarters` that stay with them.
 */
const hedgesSql = (quarters: string, kept: readonly string[] = []): string => `
  power AS MATERIALIZED (
    SELECT t.grid_area_id, greatest(t.from_at, s.from_at) AS from_at, t.until_at, CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END AS kilowatts,
      CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE 0 END AS bought, CASE t.side WHEN 'BUY' THEN t.kilowatts * t.price_eur_per_mwh ELSE 0 END AS cost
    FROM (SELECT grid_area_id, min(start_at) AS from_at, max(end_at) AS until_at FROM area_day GROUP BY 1) s
    CROSS JOIN LATERAL (SELECT * FROM ${STANDING_TRADES} t WHERE t.grid_area_id = s.grid_area_id AND tstzrange(t.from_at, t.until_at) && tstzrange(s.from_at, s.until_at) OFFSET 0) t
  ), hedge AS (
    SELECT grid_area_id, start_at, watt_hours, round(round(cost, 20) / nullif(bought, 0), 5) AS average_price${listed(kept)} FROM (
      SELECT grid_area_id, at AS start_at, is_quarter, sum(kilowatts) OVER w * 250 AS watt_hours, sum(bought) OVER w AS bought, sum(cost) OVER w AS cost${listed(kept)} FROM (
        SELECT grid_area_id, start_at AS at, true AS is_quarter, 0::bigint AS kilowatts, 0::bigint AS bought, 0::numeric AS cost${listed(kept)} FROM ${quarters}
        UNION ALL SELECT grid_area_id, from_at, false, sum(kilowatts)::bigint, sum(bought)::bigint, sum(cost)${listed(kept.map(() => 'NULL'))} FROM power GROUP BY 1, 2
        UNION ALL SELECT grid_area_id, until_at, false, -sum(kilowatts)::bigint, -sum(bought)::bigint, -sum(cost)${listed(kept.map(() => 'NULL'))} FROM power GROUP BY 1, 2
      ) step WINDOW w AS (PARTITION BY grid_area_id ORDER BY at)
    ) sum WHERE is_quarter
  )`;

const listed = (columns: readonly string[]): string => columns.map((column) => `, ${column}`).join('');

/** Day by day (OFFSET 0): otherwise PostgreSQL would rather read all that was ever used. */
const REALISED = `
  realised AS MATERIALIZED (
    SELECT d.grid_area_id, r.* FROM area_day d CROSS JOIN LATERAL (
      SELECT DISTINCT ON (r.start_at) r.start_at, r.watt_hours FROM energy.realised_consumption r
      WHERE r.grid_area_id = d.grid_area_id AND r.source = 'METERED' AND r.start_at >= d.start_at AND r.start_at < d.end_at
      ORDER BY r.start_at, r.version DESC OFFSET 0
    ) r
  )`;

/** The rule that an open energy breaks. A limit per hour holds for a quarter of it in a quarter hour; exactly on a limit is within it. */
export const breachSql = (demand: string, open: string): string =>
  `CASE WHEN abs(${open}) * 100 > f.percent * abs(${demand}) THEN 'PCT' WHEN abs(${open}) * 4 > f.watt_hours_per_hour THEN 'MWH' END`;

const DEMAND = `round(coalesce(f.demand_watt_hours, 0) + coalesce(s.watt_hours, 0))::bigint AS demand`;
const withDemandSql = (forecastId: string): string => `LEFT JOIN forecast_quarter f ON f.forecast_id = q.${forecastId} AND f.start_at = q.start_at
    LEFT JOIN share s ON s.spot = q.spot`;

/**
 * The figures of every quarter hour as `fresh`, where `demand` is SQL of the yearly energy per area, day and profile that profiles
 * spread.
 */
export const freshFiguresSql = (demand: string): string => `${QUARTERS}, forecast_quarter AS MATERIALIZED (${forecastQuartersSql('area_day')}),
  demand AS (${demand}), ${byProfileSql()}, ${hedgesSql('quarter')}, ${REALISED},
  figure AS (
    SELECT q.*, ${DEMAND}, h.watt_hours::bigint AS hedged, h.average_price, r.watt_hours AS realised
    FROM quarter q ${withDemandSql('forecast_id')}
    LEFT JOIN hedge h ON h.grid_area_id = q.grid_area_id AND h.start_at = q.start_at
    LEFT JOIN realised r ON r.grid_area_id = q.grid_area_id AND r.start_at = q.start_at
  ), fresh AS MATERIALIZED (
    SELECT f.*, f.demand - f.hedged AS open, ${breachSql('f.demand', '(f.demand - f.hedged)')} AS breach FROM figure f
  )`;

const KEPT = ['id', 'demand_watt_hours', 'hedged_watt_hours', 'average_price_eur_per_mwh', 'forecast_id', 'breach'];
const LIMITS = ['percent', 'watt_hours_per_hour'];
/** What the positions of the area-days say, found by their places, beside what `ofDay` (SQL) says of their day; they are locked with their areas. */
const standingSql = (ofDay = ''): string => `standing AS MATERIALIZED (
    SELECT p.grid_area_id, p.start_at${listed(KEPT.map((column) => `p.${column}`))}${listed(LIMITS.map((column) => `d.${column}`))}${ofDay}
    FROM area_day d JOIN energy.current_position p ON p.grid_area_id = d.grid_area_id AND p.start_at >= d.start_at AND p.start_at < d.end_at
  )`;

/** What trades alone move, as `fresh` beside what is `standing`, for the areas and days given as parameters 1 and 2. */
export const FRESH_HEDGES = `
  area_day AS MATERIALIZED (
    SELECT g.*, l.percent, l.watt_hours_per_hour, ${BEGIN_AND_END} FROM unnest((SELECT $1::uuid[]), (SELECT $2::date[])) AS g (grid_area_id, day) ${WITH_LIMIT}
  ), ${standingSql()}, ${hedgesSql('standing', [...KEPT, ...LIMITS])}, fresh AS (
    SELECT h.*, h.demand_watt_hours AS demand, h.watt_hours::bigint AS hedged FROM hedge h
  )`;

/** What contracts, forecasts and profiles alone move, as `fresh` beside what is `standing`, from the sums that causes keep up to date. */
export const FRESH_DEMAND = `
  area_day AS MATERIALIZED (
    SELECT g.*, f.id AS forecast_id, l.percent, l.watt_hours_per_hour, ${BEGIN_AND_END} ${GIVEN} ${WITH_FORECAST} ${WITH_LIMIT}
  ), ${standingSql(`, d.day, d.forecast_id AS newest_forecast_id, ${spotSql('d.place', slotSql(`(p.start_at AT TIME ZONE 'Europe/Berlin')`))} AS spot`)},
  forecast_quarter AS MATERIALIZED (${forecastQuartersSql('area_day')}), demand AS (SELECT * FROM energy.profile_demand), ${byProfileSql()},
  fresh AS MATERIALIZED (SELECT q.*, ${DEMAND}, q.hedged_watt_hours AS hedged FROM standing q ${withDemandSql('newest_forecast_id')})`;

/** Whether a position says something else than the fresh figures. */
export const differsSql = (position: string, fresh: string): string =>
  `(${position}.forecast_id, ${position}.demand_watt_hours, ${position}.hedged_watt_hours, ${position}.realised_watt_hours, ${position}.average_price_eur_per_mwh, ${position}.curve_id, ${position}.breach)
    IS DISTINCT FROM (${fresh}.forecast_id, ${fresh}.demand, ${fresh}.hedged, ${fresh}.realised, ${fresh}.average_price, ${fresh}.curve_id, ${fresh}.breach)`;

// What a figure is made of: its parts add up to it exactly.
import type { Queryable } from '@stromgraph/kernel/database';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { PositionRange } from '../positions/position.ts';
import type { PositionFigure, PositionPart, PositionPartKind } from '../positions/part.ts';
import type { AreaDay } from '../positions/area-day.ts';
import { DEMAND_OF_CONTRACTS, SUPPLY } from './demand.ts';
import { forecastQuartersSql, newestForecastSql } from './forecasts.ts';
import { areaDayParameters } from './position-figures.ts';
import { BEYOND_OPEN_DAYS } from './positions.ts';
import { PROFILE_VALUES } from './profile-shares.ts';
import { STANDING_TRADES } from './trades.ts';

type Row = { rank: number; kind: PositionPartKind; id: string; watt_hours: DecimalText | null; value_cents: Cents | null };

export type PartsQuestion = Readonly<{ figure: PositionFigure; areaDays: readonly AreaDay[]; range: PositionRange }>;

/** The place of a quarter hour in its day by the local clock. */
const SLOT = (start: string): string => `(extract(epoch FROM (${start} AT TIME ZONE 'Europe/Berlin')::time)::int / 900)::smallint`;

/** In order of kind and id; `after` is the [rank of the kind, id] of the last one read. */
export async function positionPartsPage(
  db: Queryable,
  { figure, areaDays, range: { from, until } }: PartsQuestion,
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<(PositionPart & { rank: number })[]> {
  const { rows } = await db.query<Row>(
    `WITH ${POSITIONS}, ${PARTS[figure]} WHERE $7::int IS NULL OR (rank, id) > ($7, $8::uuid) ORDER BY rank, id LIMIT $9`,
    [...areaDayParameters(areaDays), from, until, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
  return rows.map(({ rank, kind, id, watt_hours: wattHours, value_cents: valueCents }) => ({ rank, kind, id, wattHours, valueCents }));
}

/**
 * The positions asked for of every step, and as `quarter` their quarter hours with the forecast that they were made from: where hours and
 * months are kept, the one that gives the day's demand now.
 */
const POSITIONS = `
  given_day AS MATERIALIZED (
    SELECT g.*, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
  ), forward AS MATERIALIZED (
    SELECT f.* FROM energy.forward_position f WHERE f.grid_area_id = ANY ($1) AND f.start_at >= $5 AND f.end_at <= $6 AND ${BEYOND_OPEN_DAYS}
  ), position AS MATERIALIZED (
    SELECT grid_area_id, start_at, end_at, demand_watt_hours, ARRAY[curve_id] AS curve_ids, ARRAY[value_cents] AS curve_cents
    FROM energy.current_position WHERE grid_area_id = ANY ($1) AND start_at >= $5 AND start_at < $6
    UNION ALL SELECT grid_area_id, start_at, end_at, demand_watt_hours, curve_ids, curve_cents FROM forward
  ), quarter AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.day_type, p.start_at, p.forecast_id, coalesce(f.cut_off_at, '-infinity') AS cut_off_at, ${SLOT('p.start_at')} AS slot
    FROM given_day d
    JOIN energy.current_position p ON p.grid_area_id = d.grid_area_id AND p.start_at >= greatest(d.start_at, $5::timestamptz) AND p.start_at < least(d.end_at, $6::timestamptz)
    LEFT JOIN energy.demand_forecast f ON f.id = p.forecast_id
    UNION ALL
    SELECT d.grid_area_id, d.day, d.day_type, q.start_at, f.id, coalesce(f.cut_off_at, '-infinity'), ${SLOT('q.start_at')}
    FROM given_day d
    JOIN forward p ON p.grid_area_id = d.grid_area_id AND p.start_at < d.end_at AND p.end_at > d.start_at
    LEFT JOIN LATERAL (${newestForecastSql('d.grid_area_id', 'd.day')}) f ON true
    CROSS JOIN LATERAL generate_series(greatest(d.start_at, p.start_at), least(d.end_at, p.end_at) - interval '15 minutes', interval '15 minutes') q (start_at)
  ), area_day AS MATERIALIZED (
    SELECT DISTINCT q.grid_area_id, q.day, q.day_type, q.forecast_id, q.cut_off_at, d.dynamisation, d.start_at, d.end_at FROM quarter q JOIN given_day d USING (grid_area_id, day)
  )`;

/** The share of its year that a profile has in these quarter hours, per area, day and cut-off. */
const SHARES = `${PROFILE_VALUES}, share AS MATERIALIZED (
    SELECT q.grid_area_id, q.day, q.cut_off_at, v.code AS profile, sum(v.share) AS share
    FROM quarter q JOIN profile_value v ON v.day = q.day AND v.day_type = q.day_type AND v.slot = q.slot
    GROUP BY 1, 2, 3, 4
  )`;

const SUPPLIED = `c.grid_area_id = s.grid_area_id AND c.profile = s.profile AND c.from_on <= s.day AND (c.until_on IS NULL OR s.day < c.until_on) AND c.known_at > s.cut_off_at`;

/** What rounding each quarter hour once has added or taken is a part of its own, per area; contracts come last, by id, so that a page of them reads no others. */
const DEMAND = `${SHARES}, forecast AS MATERIALIZED (
    SELECT q.grid_area_id, q.forecast_id, sum(v.demand_watt_hours) AS watt_hours
    FROM quarter q JOIN (${forecastQuartersSql('area_day')}) v ON v.forecast_id = q.forecast_id AND v.start_at = q.start_at GROUP BY 1, 2
  ), demand AS (${DEMAND_OF_CONTRACTS}), supplied AS (
    SELECT s.grid_area_id, sum(s.share * d.expected_watt_hours) AS watt_hours
    FROM share s JOIN demand d ON d.grid_area_id = s.grid_area_id AND d.delivery_day = s.day AND d.profile = s.profile GROUP BY 1
  ), exact AS (
    SELECT grid_area_id, sum(watt_hours) AS watt_hours FROM (SELECT grid_area_id, watt_hours FROM forecast UNION ALL SELECT grid_area_id, watt_hours FROM supplied) e GROUP BY 1
  ), part AS (
    SELECT 1 AS rank, 'FORECAST' AS kind, forecast_id AS id, sum(watt_hours)::numeric AS watt_hours, NULL::bigint AS value_cents FROM forecast GROUP BY 3
    UNION ALL
    SELECT 2, 'ROUNDING', p.grid_area_id, sum(p.demand_watt_hours) - coalesce((SELECT e.watt_hours FROM exact e WHERE e.grid_area_id = p.grid_area_id), 0), NULL FROM position p GROUP BY p.grid_area_id
    UNION ALL (
      SELECT 3, 'CONTRACT', o.contract_id, e.watt_hours, NULL FROM energy.supply_contract o
      CROSS JOIN LATERAL (
        SELECT sum(c.expected_watt_hours * (SELECT sum(s.share) FROM share s WHERE ${SUPPLIED})) AS watt_hours FROM ${SUPPLY} c WHERE c.contract_id = o.contract_id
      ) e
      WHERE o.grid_area_id = ANY ($1) AND e.watt_hours <> 0 AND ($7::int IS NULL OR $7 < 3 OR o.contract_id > $8::uuid) ORDER BY o.contract_id LIMIT $9
    )
  )
  SELECT rank, kind, id, trim_scale(watt_hours) AS watt_hours, value_cents FROM part`;

const HEDGED = `part AS (
    SELECT t.id, sum(CASE t.side WHEN 'BUY' THEN 250 ELSE -250 END * t.kilowatts * extract(epoch FROM least(t.until_at, p.end_at) - greatest(t.from_at, p.start_at))::bigint / 900) AS watt_hours
    FROM position p JOIN ${STANDING_TRADES} t ON t.grid_area_id = p.grid_area_id AND tstzrange(t.from_at, t.until_at) && tstzrange(p.start_at, p.end_at)
    GROUP BY t.id
  )
  SELECT * FROM (SELECT 1 AS rank, 'TRADE' AS kind, id, watt_hours, NULL::bigint AS value_cents FROM part) parts`;

const VALUE = `part AS (
    SELECT c.id, sum(c.cents)::bigint AS value_cents FROM position p CROSS JOIN LATERAL unnest(p.curve_ids, p.curve_cents) c (id, cents) WHERE c.id IS NOT NULL GROUP BY 1
  )
  SELECT * FROM (SELECT 1 AS rank, 'CURVE' AS kind, id, NULL::numeric AS watt_hours, value_cents FROM part) parts`;

const PARTS: Readonly<Record<PositionFigure, string>> = { DEMAND, HEDGED, VALUE };

// What a figure is made of: its parts add up to it exactly.
import type { Queryable } from '@stromgraph/kernel/database';
import type { Cents, DecimalText } from '@stromgraph/kernel/money';
import type { PositionRange } from '../positions/position.ts';
import type { PositionFigure, PositionPart, PositionPartKind } from '../positions/part.ts';
import type { AreaDay } from '../positions/area-day.ts';
import { SUPPLY } from './demand.ts';
import { forecastQuartersSql } from './forecasts.ts';
import { areaDayParameters } from './position-figures.ts';
import { PROFILE_VALUES } from './profile-shares.ts';
import { STANDING_TRADES } from './trades.ts';

type Row = { rank: number; kind: PositionPartKind; id: string; watt_hours: DecimalText | null; value_cents: Cents | null };

export type PartsQuestion = Readonly<{ figure: PositionFigure; areaDays: readonly AreaDay[]; range: PositionRange }>;

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

/** The positions asked for, each with the forecast and the curve that it was made from. */
const POSITIONS = `
  area_day AS MATERIALIZED (
    SELECT g.*, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
  ), position AS MATERIALIZED (
    SELECT d.day, d.day_type, d.dynamisation, coalesce(f.cut_off_at, '-infinity') AS cut_off_at, p.*,
      (extract(epoch FROM (p.start_at AT TIME ZONE 'Europe/Berlin')::time)::int / 900)::smallint AS slot
    FROM area_day d
    JOIN energy.current_position p ON p.grid_area_id = d.grid_area_id AND p.start_at >= greatest(d.start_at, $5::timestamptz) AND p.start_at < least(d.end_at, $6::timestamptz)
    LEFT JOIN energy.demand_forecast f ON f.id = p.forecast_id
  )`;

/** The share of its year that a profile has in these quarter hours, per area, day and cut-off. */
const SHARES = `${PROFILE_VALUES}, share AS MATERIALIZED (
    SELECT p.grid_area_id, p.day, p.cut_off_at, v.code AS profile, sum(v.share) AS share
    FROM position p JOIN profile_value v ON v.day = p.day AND v.day_type = p.day_type AND v.slot = p.slot
    GROUP BY 1, 2, 3, 4
  )`;

const SUPPLIED = `c.grid_area_id = s.grid_area_id AND c.profile = s.profile AND c.from_on <= s.day AND (c.until_on IS NULL OR s.day < c.until_on) AND c.known_at > s.cut_off_at`;

/** What rounding each quarter hour once has added or taken is a part of its own, per area; contracts come last, by id, so that a page of them reads no others. */
const DEMAND = `${SHARES}, forecast_day AS MATERIALIZED (
    SELECT DISTINCT p.forecast_id, d.start_at, d.end_at FROM position p JOIN area_day d ON d.grid_area_id = p.grid_area_id AND d.day = p.day
  ), forecast AS MATERIALIZED (
    SELECT p.grid_area_id, p.forecast_id, sum(v.demand_watt_hours) AS watt_hours
    FROM position p JOIN (${forecastQuartersSql('forecast_day')}) v ON v.forecast_id = p.forecast_id AND v.start_at = p.start_at GROUP BY 1, 2
  ), supplied AS (
    SELECT s.grid_area_id, sum(s.share * c.expected) AS watt_hours
    FROM share s CROSS JOIN LATERAL (SELECT sum(c.expected_watt_hours) AS expected FROM ${SUPPLY} c WHERE ${SUPPLIED}) c GROUP BY 1
  ), exact AS (
    SELECT grid_area_id, sum(watt_hours) AS watt_hours FROM (SELECT grid_area_id, watt_hours FROM forecast UNION ALL SELECT grid_area_id, watt_hours FROM supplied) e GROUP BY 1
  ), part AS (
    SELECT 1 AS rank, 'FORECAST' AS kind, forecast_id AS id, sum(watt_hours)::numeric AS watt_hours, NULL::bigint AS value_cents FROM forecast GROUP BY 3
    UNION ALL
    SELECT 2, 'ROUNDING', p.grid_area_id, sum(p.demand_watt_hours) - coalesce((SELECT e.watt_hours FROM exact e WHERE e.grid_area_id = p.grid_area_id), 0), NULL FROM position p GROUP BY p.grid_area_id
    UNION ALL (
      SELECT 3, 'CONTRACT', c.contract_id, sum(e.watt_hours), NULL FROM ${SUPPLY} c
      CROSS JOIN LATERAL (SELECT sum(s.share) * c.expected_watt_hours AS watt_hours FROM share s WHERE ${SUPPLIED}) e
      WHERE e.watt_hours <> 0 AND ($7::int IS NULL OR $7 < 3 OR c.contract_id > $8::uuid) GROUP BY c.contract_id HAVING sum(e.watt_hours) <> 0 ORDER BY c.contract_id LIMIT $9
    )
  )
  SELECT rank, kind, id, trim_scale(watt_hours) AS watt_hours, value_cents FROM part`;

const HEDGED = `part AS (
    SELECT t.id, sum(CASE t.side WHEN 'BUY' THEN 250 ELSE -250 END * t.kilowatts) AS watt_hours
    FROM position p JOIN ${STANDING_TRADES} t ON t.grid_area_id = p.grid_area_id AND t.from_at <= p.start_at AND t.until_at > p.start_at
    GROUP BY t.id
  )
  SELECT * FROM (SELECT 1 AS rank, 'TRADE' AS kind, id, watt_hours, NULL::bigint AS value_cents FROM part) parts`;

const VALUE = `part AS (SELECT p.curve_id AS id, sum(p.value_cents)::bigint AS value_cents FROM position p WHERE p.curve_id IS NOT NULL GROUP BY 1)
  SELECT * FROM (SELECT 1 AS rank, 'CURVE' AS kind, id, NULL::numeric AS watt_hours, value_cents FROM part) parts`;

const PARTS: Readonly<Record<PositionFigure, string>> = { DEMAND, HEDGED, VALUE };

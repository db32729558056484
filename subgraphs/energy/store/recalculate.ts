// The one place where demand and hedges become open positions: a statement over the area-days that a cause touches.
import type { Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { DayType } from '../profiles/day-type.ts';
import { newestForecastSql } from './forecasts.ts';

/** One area and delivery day, with what load profiles make of it. */
export type AreaDay = Readonly<{ gridAreaId: string; day: LocalDate; dayType: DayType; dynamisation: DecimalText }>;
export type Recalculation = Readonly<{ areaDays: readonly AreaDay[]; calculatedAt: Date; causes: readonly string[] }>;
export type ChangedPositions = Readonly<{ recalculation: bigint; gridAreaId: string; from: Date; until: Date }>;

/** Brings the current positions up to date; unchanged ones are not touched. The database itself appends what has changed to the ledger. */
export async function recalculate(tx: Tx, { areaDays, calculatedAt, causes }: Recalculation): Promise<ChangedPositions[]> {
  const { rows } = await tx.query<{ id: bigint; grid_area_id: string; from_at: Date; until_at: Date }>(STATEMENT, [
    areaDays.map((each) => each.gridAreaId),
    areaDays.map((each) => each.day),
    areaDays.map((each) => each.dayType),
    areaDays.map((each) => each.dynamisation),
    calculatedAt,
    causes,
  ]);
  return rows.map((row) => ({ recalculation: row.id, gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at }));
}

/** Quarter hours by the local clock: on the days of a clock change an hour is missing or comes twice. */
const AREA_DAYS = `
  area_day AS MATERIALIZED (
    SELECT g.*, f.id AS forecast_id,
      g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
    LEFT JOIN LATERAL (${newestForecastSql('g.grid_area_id', 'g.day')}) f ON true
  ), quarter AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.forecast_id, q.start_at, extract(hour FROM l.at)::int * 4 + extract(minute FROM l.at)::int / 15 AS slot
    FROM area_day d
    CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') q (start_at)
    CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  )`;

/**
 * Yearly energy per profile × its share of the year in the quarter hour: exact, the sum is rounded once. A profile is that of the
 * delivery year or the last one known.
 */
const BY_PROFILE = `
  share AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, v.slot,
      sum(p.expected_watt_hours * v.value * CASE WHEN l.dynamised THEN d.dynamisation ELSE 1 END) * 0.000001 AS watt_hours
    FROM area_day d
    JOIN energy.profile_demand p ON p.grid_area_id = d.grid_area_id AND p.delivery_day = d.day
    CROSS JOIN LATERAL (
      SELECT l.* FROM energy.load_profile l WHERE l.code = p.profile AND l.year <= extract(year FROM d.day)
      ORDER BY l.year DESC, l.version DESC LIMIT 1
    ) l
    JOIN energy.slp_profile v ON v.code = l.code AND v.year = l.year AND v.version = l.version
      AND v.month = extract(month FROM d.day) AND v.day_type = d.day_type
    GROUP BY d.grid_area_id, d.day, v.slot
  )`;

const HEDGES = `
  hedge AS MATERIALIZED (
    SELECT t.grid_area_id, q.start_at, sum(CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END) * 250 AS watt_hours,
      round(sum(t.kilowatts * t.price_eur_per_mwh) FILTER (WHERE t.side = 'BUY') / sum(t.kilowatts) FILTER (WHERE t.side = 'BUY'), 5) AS average_price
    FROM area_day d
    JOIN energy.trade t ON t.grid_area_id = d.grid_area_id AND tstzrange(t.from_at, t.until_at) && tstzrange(d.start_at, d.end_at)
      AND t.status = 'CONFIRMED'
    CROSS JOIN LATERAL generate_series(greatest(t.from_at, d.start_at), least(t.until_at, d.end_at) - interval '15 minutes', interval '15 minutes') q (start_at)
    GROUP BY t.grid_area_id, q.start_at
  )`;

/** A limit per hour holds for a quarter of it in a quarter hour; exactly on a limit is within it. */
const STATEMENT = `
  WITH ${AREA_DAYS}, ${BY_PROFILE}, ${HEDGES},
  figure AS (
    SELECT q.grid_area_id, q.start_at, q.forecast_id,
      round(coalesce(f.demand_watt_hours, 0) + coalesce(s.watt_hours, 0))::bigint AS demand, coalesce(h.watt_hours, 0)::bigint AS hedged,
      h.average_price
    FROM quarter q
    LEFT JOIN energy.day_ahead_demand_forecast f ON f.forecast_id = q.forecast_id AND f.start_at = q.start_at
    LEFT JOIN share s ON s.grid_area_id = q.grid_area_id AND s.day = q.day AND s.slot = q.slot
    LEFT JOIN hedge h ON h.grid_area_id = q.grid_area_id AND h.start_at = q.start_at
  ), fresh AS (
    SELECT f.*, f.demand - f.hedged AS open, CASE WHEN f.demand = f.hedged THEN 'HEDGED' ELSE 'OPEN' END AS status,
      CASE WHEN abs(f.demand - f.hedged) * 100 > l.percent * abs(f.demand) THEN 'PCT'
           WHEN abs(f.demand - f.hedged) * 4 > l.watt_hours_per_hour THEN 'MWH' END AS breach
    FROM figure f
    LEFT JOIN LATERAL (
      SELECT * FROM energy.position_limit l WHERE l.grid_area_id = f.grid_area_id OR l.grid_area_id IS NULL ORDER BY l.grid_area_id NULLS LAST LIMIT 1
    ) l ON true
  ), changed AS MATERIALIZED (
    SELECT f.* FROM fresh f LEFT JOIN energy.current_position p ON p.grid_area_id = f.grid_area_id AND p.start_at = f.start_at
    WHERE p.id IS NULL OR (p.forecast_id, p.demand_watt_hours, p.hedged_watt_hours, p.average_price_eur_per_mwh, p.breach)
      IS DISTINCT FROM (f.forecast_id, f.demand, f.hedged, f.average_price, f.breach)
  ), run AS (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT $5, $6 WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), saved AS (
    INSERT INTO energy.current_position AS p (grid_area_id, start_at, end_at, version, recalculation_id, calculated_at, forecast_id,
      demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, status, breach)
    SELECT c.grid_area_id, c.start_at, c.start_at + interval '15 minutes', 1, run.id, $5, c.forecast_id, c.demand, c.hedged, c.open,
      c.average_price, c.status, c.breach
    FROM changed c, run
    ON CONFLICT (grid_area_id, start_at) DO UPDATE
      SET version = p.version + 1, recalculation_id = excluded.recalculation_id, calculated_at = excluded.calculated_at,
      forecast_id = excluded.forecast_id, demand_watt_hours = excluded.demand_watt_hours, hedged_watt_hours = excluded.hedged_watt_hours,
      open_watt_hours = excluded.open_watt_hours, average_price_eur_per_mwh = excluded.average_price_eur_per_mwh, status = excluded.status, breach = excluded.breach
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  )
  SELECT recalculation_id AS id, grid_area_id, min(start_at) AS from_at, max(end_at) AS until_at FROM saved GROUP BY 1, 2 ORDER BY 2`;

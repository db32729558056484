// The one place where figures become positions: a statement over the area-days that a cause touches.
import { types, type Tx } from '@stromgraph/kernel/database';
import type { AreaDay } from '../positions/area-day.ts';
import { areaDayParameters, differsSql, freshFiguresSql } from './position-figures.ts';

export type Recalculation = Readonly<{ areaDays: readonly AreaDay[]; calculatedAt: Date; causes: readonly string[] }>;
export type ChangedPositions = Readonly<{ recalculation: bigint; gridAreaId: string; from: Date; until: Date }>;

type Row = { id: bigint; grid_area_id: string; from_at: Date; until_at: Date };

/** Brings the current positions up to date; unchanged ones are not touched. The database itself appends what has changed to the ledger. */
export async function recalculate(tx: Tx, { areaDays, calculatedAt, causes }: Recalculation): Promise<ChangedPositions[]> {
  const values = [...areaDayParameters(areaDays), calculatedAt, causes];
  // Prepared once per connection: making its plan takes as long as running it.
  const { rows } = await tx.client.query<Row>({ name: 'recalculate positions', text: STATEMENT, values, types });
  return rows.map((row) => ({ recalculation: row.id, gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at }));
}

/** A value is the open energy at its price, rounded once. */
const STATEMENT = `
  WITH ${freshFiguresSql('SELECT * FROM energy.profile_demand')},
  changed AS MATERIALIZED (
    SELECT p.id, f.grid_area_id, f.start_at, f.forecast_id, f.demand, f.hedged, f.open, f.realised, f.average_price, f.curve_id, f.price, f.breach,
      round(f.open * f.price / 10000)::bigint AS value_cents, CASE WHEN f.open = 0 THEN 'HEDGED' ELSE 'OPEN' END AS status
    FROM fresh f LEFT JOIN energy.current_position p ON p.grid_area_id = f.grid_area_id AND p.start_at = f.start_at
    WHERE p.id IS NULL OR ${differsSql('p', 'f')}
  ), run AS (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT $5, $6 WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), moved AS (
    UPDATE energy.current_position p
    SET version = p.version + 1, recalculation_id = run.id, calculated_at = $5, forecast_id = c.forecast_id, demand_watt_hours = c.demand,
      hedged_watt_hours = c.hedged, open_watt_hours = c.open, realised_watt_hours = c.realised, average_price_eur_per_mwh = c.average_price,
      curve_id = c.curve_id, price_eur_per_mwh = c.price, value_cents = c.value_cents, status = c.status, breach = c.breach
    FROM changed c, run WHERE p.id = c.id
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  ), opened AS (
    INSERT INTO energy.current_position AS p (grid_area_id, start_at, end_at, version, recalculation_id, calculated_at, forecast_id,
      demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach)
    SELECT c.grid_area_id, c.start_at, c.start_at + interval '15 minutes', 1, run.id, $5, c.forecast_id, c.demand, c.hedged, c.open, c.realised,
      c.average_price, c.curve_id, c.price, c.value_cents, c.status, c.breach
    FROM changed c, run WHERE c.id IS NULL
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  )
  SELECT recalculation_id AS id, grid_area_id, min(start_at) AS from_at, max(end_at) AS until_at
  FROM (SELECT * FROM moved UNION ALL SELECT * FROM opened) saved GROUP BY 1, 2 ORDER BY 2`;

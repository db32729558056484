// All open positions calculated from nothing: contracts, forecasts, trades, actuals and curves, none of the sums that causes keep up to date.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { DEMAND_OF_CONTRACTS } from './demand.ts';
import type { AreaDay } from '../positions/area-day.ts';
import { areaDayParameters, differsSql, freshFiguresSql } from './position-figures.ts';

/** How many positions were looked at, how many say something else, and by how much demand and hedges differ in all. */
export type PositionCheck = Readonly<{ positions: number; differing: number; differingWattHours: bigint }>;

type Row = { positions: number; differing: number; differing_watt_hours: bigint };

/** Compares the positions of these area-days as they stand with a calculation from nothing; a missing one differs by its demand and hedges. */
export async function comparePositions(at: Queryable, areaDays: readonly AreaDay[]): Promise<PositionCheck> {
  const { rows } = await at.query<Row>(STATEMENT, areaDayParameters(areaDays));
  const { positions, differing, differing_watt_hours: differingWattHours } = rows[0]!;
  return { positions, differing, differingWattHours };
}

export async function addPositionCheck(tx: Tx, { positions, differing, differingWattHours }: PositionCheck, { checkedAt, horizon }: { checkedAt: Date; horizon: 'QUARTER_HOUR' | 'FORWARD' }): Promise<void> {
  await tx.sql`INSERT INTO energy.position_check (checked_at, horizon, positions, differing, differing_watt_hours) VALUES (${checkedAt}, ${horizon}, ${positions}, ${differing}, ${differingWattHours})`;
}

const STATEMENT = `
  WITH ${freshFiguresSql(DEMAND_OF_CONTRACTS)},
  compared AS (
    SELECT (p.id IS NULL OR ${differsSql('p', 'f')} OR p.value_cents IS DISTINCT FROM round(f.open * f.price / 10000)::bigint) AS differs,
      abs(f.demand - coalesce(p.demand_watt_hours, 0)) + abs(f.hedged - coalesce(p.hedged_watt_hours, 0)) AS watt_hours
    FROM fresh f LEFT JOIN energy.current_position p ON p.grid_area_id = f.grid_area_id AND p.start_at = f.start_at
  )
  SELECT count(*)::int AS positions, count(*) FILTER (WHERE differs)::int AS differing, coalesce(sum(watt_hours) FILTER (WHERE differs), 0)::bigint AS differing_watt_hours
  FROM compared`;

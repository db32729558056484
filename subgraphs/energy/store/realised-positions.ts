// What was used, beside what was expected: positions of days that are over get it too.
import type { Tx } from '@stromgraph/kernel/database';
import type { RealisedRange } from './realised.ts';
import type { ChangedPositions } from './recalculate.ts';

/** Brings the realised energy of these positions up to date; unchanged ones are not touched. */
export async function recalculateRealised(
  tx: Tx,
  { ranges, calculatedAt, causes }: { ranges: readonly RealisedRange[]; calculatedAt: Date; causes: readonly string[] },
): Promise<ChangedPositions[]> {
  const { rows } = await tx.query<{ id: bigint; grid_area_id: string; from_at: Date; until_at: Date }>(STATEMENT, [
    ranges.map(({ gridAreaId }) => gridAreaId),
    ranges.map(({ from }) => from),
    ranges.map(({ until }) => until),
    calculatedAt,
    causes,
  ]);
  return rows.map((row) => ({ recalculation: row.id, gridAreaId: row.grid_area_id, from: row.from_at, until: row.until_at }));
}

const STATEMENT = `
  WITH newest AS (
    SELECT DISTINCT ON (p.id) p.id, p.realised_watt_hours AS before, r.watt_hours
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS g (grid_area_id, from_at, until_at)
    JOIN energy.current_position p ON p.grid_area_id = g.grid_area_id AND p.start_at >= g.from_at AND p.start_at < g.until_at
    JOIN energy.realised_consumption r ON r.grid_area_id = p.grid_area_id AND r.start_at = p.start_at AND r.source = 'METERED'
    ORDER BY p.id, r.version DESC
  ), changed AS MATERIALIZED (
    SELECT id, watt_hours FROM newest WHERE before IS DISTINCT FROM watt_hours
  ), run AS (
    INSERT INTO energy.recalculation (calculated_at, causes) SELECT $4, $5 WHERE EXISTS (SELECT FROM changed) RETURNING id
  ), moved AS (
    UPDATE energy.current_position p SET version = p.version + 1, recalculation_id = run.id, calculated_at = $4, realised_watt_hours = c.watt_hours
    FROM changed c, run WHERE p.id = c.id
    RETURNING p.recalculation_id, p.grid_area_id, p.start_at, p.end_at
  )
  SELECT recalculation_id AS id, grid_area_id, min(start_at) AS from_at, max(end_at) AS until_at FROM moved GROUP BY 1, 2 ORDER BY 2`;

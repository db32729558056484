import type { Queryable } from '@stromgraph/kernel/database';
import type { PositionRange } from '../positions/position.ts';
import type { PositionStep, PositionTotal } from '../positions/total.ts';
import { BEYOND_OPEN_DAYS } from './positions.ts';

type Row = {
  start_at: Date;
  end_at: Date;
  grid_area_id: string | null;
  quarter_hours: number;
  demand: bigint;
  hedged: bigint;
  realised: bigint | null;
  cents: bigint | null;
  breaches: number;
};

/** Hours are those of the clock (twice or missing on its changes), days and months those of Berlin. */
const STEPS: Readonly<Record<PositionStep, string>> = {
  QUARTER_HOUR: 'p.start_at',
  HOUR: `date_trunc('hour', p.start_at)`,
  DAY: `date_trunc('day', p.start_at, 'Europe/Berlin')`,
  MONTH: `date_trunc('month', p.start_at, 'Europe/Berlin')`,
};
/** A value is known when each of its quarter hours has one. */
const SUMS = `min(p.start_at) AS start_at, max(p.end_at) AS end_at, sum(p.quarter_hours)::int AS quarter_hours, sum(p.demand_watt_hours)::bigint AS demand, sum(p.hedged_watt_hours)::bigint AS hedged,
  sum(p.realised_watt_hours)::bigint AS realised, CASE WHEN count(p.value_cents) = count(*) THEN sum(p.value_cents)::bigint END AS cents, sum(p.breaches)::int AS breaches`;
/** What is kept per hour or month counts whole, at its beginning, where it lies in the range. */
const POSITIONS = `(
  SELECT grid_area_id, start_at, end_at, 1 AS quarter_hours, demand_watt_hours, hedged_watt_hours, realised_watt_hours, value_cents, num_nonnulls(breach) AS breaches FROM energy.current_position
  UNION ALL
  SELECT grid_area_id, start_at, end_at, extract(epoch FROM end_at - start_at)::int / 900, demand_watt_hours, hedged_watt_hours, NULL, value_cents, breached_quarter_hours
  FROM energy.forward_position f WHERE end_at <= $3 AND ${BEYOND_OPEN_DAYS})`;
/** Stands in cursors where all areas are one. */
export const NO_AREA = '00000000-0000-0000-0000-000000000000';

export type TotalQuestion = Readonly<{ range: PositionRange; step: PositionStep; byArea: boolean }>;

/** In order of time; `after` is the [step, area] of the last one read. */
export async function positionTotalsPage(
  db: Queryable,
  { range: { gridAreaIds, from, until }, step, byArea }: TotalQuestion,
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<(PositionTotal & { step: Date })[]> {
  const area = byArea ? 'p.grid_area_id' : 'NULL::uuid';
  const { rows } = await db.query<Row & { step: Date }>(
    `SELECT t.* FROM (
       SELECT ${STEPS[step]} AS step, ${area} AS grid_area_id, ${SUMS} FROM ${POSITIONS} p
       WHERE ($1::uuid[] IS NULL OR p.grid_area_id = ANY ($1)) AND p.start_at >= greatest($2::timestamptz, $4::timestamptz) AND p.start_at < $3 GROUP BY 1, 2
     ) t
     WHERE $4 IS NULL OR (t.step, coalesce(t.grid_area_id, '${NO_AREA}')) > ($4, $5::uuid) ORDER BY t.step, t.grid_area_id LIMIT $6`,
    [gridAreaIds, from, until, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
  return rows.map((row) => ({
    step: row.step,
    start: row.start_at,
    end: row.end_at,
    gridAreaId: row.grid_area_id,
    quarterHours: row.quarter_hours,
    demandWattHours: row.demand,
    hedgedWattHours: row.hedged,
    openWattHours: row.demand - row.hedged,
    realisedWattHours: row.realised,
    valueCents: row.cents,
    breaches: row.breaches,
  }));
}

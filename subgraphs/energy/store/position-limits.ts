import type { Queryable } from '@stromgraph/kernel/database';
import type { PositionLimit } from '../positions/limit.ts';

/** What exposure is allowed in these areas: an area's own limit, or the one for all. */
export async function limitsOf(at: Queryable, gridAreaIds: readonly string[]): Promise<PositionLimit[]> {
  const rows = await at.sql<{ grid_area_id: string; percent: string; watt_hours_per_hour: bigint }>`
    SELECT a.id AS grid_area_id, l.percent, l.watt_hours_per_hour FROM unnest(${gridAreaIds}::uuid[]) WITH ORDINALITY a (id, nth)
    CROSS JOIN LATERAL (
      SELECT l.percent, l.watt_hours_per_hour FROM energy.position_limit l WHERE l.grid_area_id = a.id OR l.grid_area_id IS NULL ORDER BY l.grid_area_id NULLS LAST LIMIT 1
    ) l ORDER BY a.nth`;
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, percent: row.percent, wattHoursPerHour: row.watt_hours_per_hour }));
}

/** How long before delivery begins the market place takes the last order. */
export async function gateClosureMinutes(at: Queryable): Promise<number> {
  const [row] = await at.sql<{ minutes: number }>`SELECT minutes FROM energy.gate_closure WHERE exchange = 'EXCHANGE'`;
  return row!.minutes;
}

// Days of delivery whose profit and loss may have changed since it was calculated. Only days that have had positions have one.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';

/** Notes days of these areas (null: of all); answers the areas that have any. */
export async function addStaleDays(tx: Tx, gridAreaIds: readonly string[] | null, days: readonly LocalDate[]): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    WITH day AS (SELECT a.id, d.delivery_day FROM energy.grid_area a CROSS JOIN energy.position_day d
      WHERE (${gridAreaIds}::uuid[] IS NULL OR a.id = ANY (${gridAreaIds}::uuid[])) AND d.delivery_day = ANY (${days}::date[])),
    noted AS (INSERT INTO energy.profit_loss_stale (grid_area_id, delivery_day) SELECT * FROM day ORDER BY 1, 2 ON CONFLICT DO NOTHING)
    SELECT DISTINCT id FROM day ORDER BY id`;
  return rows.map(({ id }) => id);
}

/** Notes the days on which trades deliver; answers their areas. */
export async function addStaleDaysOfTrades(tx: Tx, tradeIds: readonly string[]): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    WITH day AS (SELECT DISTINCT t.grid_area_id AS id, d.delivery_day FROM energy.trade t
      JOIN energy.position_day d ON d.delivery_day >= (t.from_at AT TIME ZONE 'Europe/Berlin')::date AND d.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin' < t.until_at
      WHERE t.id = ANY (${tradeIds}::uuid[])),
    noted AS (INSERT INTO energy.profit_loss_stale (grid_area_id, delivery_day) SELECT * FROM day ORDER BY 1, 2 ON CONFLICT DO NOTHING)
    SELECT DISTINCT id FROM day ORDER BY id`;
  return rows.map(({ id }) => id);
}

export async function staleDaysOf(tx: Tx, gridAreaId: string): Promise<LocalDate[]> {
  const rows = await tx.sql<{ delivery_day: LocalDate }>`SELECT delivery_day FROM energy.profit_loss_stale WHERE grid_area_id = ${gridAreaId} ORDER BY delivery_day`;
  return rows.map((row) => row.delivery_day);
}

export async function dropStaleDays(tx: Tx, gridAreaId: string, days: readonly LocalDate[]): Promise<void> {
  await tx.sql`DELETE FROM energy.profit_loss_stale WHERE grid_area_id = ${gridAreaId} AND delivery_day = ANY (${days}::date[])`;
}

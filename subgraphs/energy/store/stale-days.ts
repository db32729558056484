// Days of delivery whose profit and loss may have changed since it was calculated. Only days that have had positions have one. To note a day
// again takes its row, and who calculates it takes the rows first: nothing that is committed later is missed, and positions wait for neither.
import type { Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { SupplyChange } from './demand.ts';

export type DeliveryDayOfArea = Readonly<{ gridAreaId: string; day: LocalDate }>;
/** An area that is new has none of the days before. */
const LONGEST_GAP_DAYS = 62;
type Row = { grid_area_id: string; delivery_day: LocalDate };

/** What a night looks at in every area: days with positions that are to come, and those that are over and not realised yet, however many nights were missed. */
export async function daysToSnapshot(tx: Tx, today: LocalDate): Promise<DeliveryDayOfArea[]> {
  const rows = await tx.sql<Row>`
    SELECT a.id AS grid_area_id, d.delivery_day FROM energy.grid_area a CROSS JOIN energy.position_day d
    WHERE d.delivery_day >= ${today}::date OR d.delivery_day > ${today}::date - ${LONGEST_GAP_DAYS}::int
      AND NOT EXISTS (SELECT FROM energy.profit_loss p WHERE p.grid_area_id = a.id AND p.delivery_day = d.delivery_day AND p.state = 'REALISED')
    ORDER BY 1, 2`;
  return rows.map(toDay);
}

/** Those of these days that have had positions, in these areas (null: in all). */
export async function positionDaysIn(tx: Tx, gridAreaIds: readonly string[] | null, days: readonly LocalDate[]): Promise<DeliveryDayOfArea[]> {
  const rows = await tx.sql<Row>`
    SELECT a.id AS grid_area_id, d.delivery_day FROM energy.grid_area a CROSS JOIN energy.position_day d
    WHERE (${gridAreaIds}::uuid[] IS NULL OR a.id = ANY (${gridAreaIds}::uuid[])) AND d.delivery_day = ANY (${days}::date[]) ORDER BY 1, 2`;
  return rows.map(toDay);
}

/** The days that have had positions, of these changes and before a day. */
export async function positionDaysSince(tx: Tx, changes: readonly SupplyChange[], until: LocalDate): Promise<DeliveryDayOfArea[]> {
  const rows = await tx.sql<Row>`
    SELECT c.grid_area_id, d.delivery_day
    FROM (SELECT grid_area_id, until_on, min(from_on) AS from_on
      FROM unnest(${changes.map(({ gridAreaId }) => gridAreaId)}::uuid[], ${changes.map(({ from }) => from)}::date[], ${changes.map((change) => change.until ?? until)}::date[]) AS c (grid_area_id, from_on, until_on) GROUP BY 1, 2) c
    JOIN energy.position_day d ON d.delivery_day >= c.from_on AND d.delivery_day < least(c.until_on, ${until}::date) GROUP BY 1, 2 ORDER BY 1, 2`;
  return rows.map(toDay);
}

/** The days with positions on which trades deliver. */
export async function positionDaysOfTrades(tx: Tx, tradeIds: readonly string[]): Promise<DeliveryDayOfArea[]> {
  const rows = await tx.sql<Row>`
    SELECT DISTINCT t.grid_area_id, d.delivery_day FROM energy.trade t
    JOIN energy.position_day d ON d.delivery_day >= (t.from_at AT TIME ZONE 'Europe/Berlin')::date AND d.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin' < t.until_at
    WHERE t.id = ANY (${tradeIds}::uuid[]) ORDER BY 1, 2`;
  return rows.map(toDay);
}

export async function addStaleDays(tx: Tx, days: readonly DeliveryDayOfArea[]): Promise<void> {
  await tx.sql`
    INSERT INTO energy.profit_loss_stale (grid_area_id, delivery_day)
    SELECT * FROM unnest(${days.map(({ gridAreaId }) => gridAreaId)}::uuid[], ${days.map(({ day }) => day)}::date[]) ORDER BY 1, 2
    ON CONFLICT (grid_area_id, delivery_day) DO UPDATE SET delivery_day = excluded.delivery_day`;
}

/** An area's noted days, held. */
export async function lockStaleDays(tx: Tx, gridAreaId: string): Promise<LocalDate[]> {
  const rows = await tx.sql<Row>`SELECT * FROM energy.profit_loss_stale WHERE grid_area_id = ${gridAreaId} ORDER BY delivery_day FOR UPDATE`;
  return rows.map((row) => row.delivery_day);
}

export async function dropStaleDays(tx: Tx, gridAreaId: string, days: readonly LocalDate[]): Promise<void> {
  await tx.sql`DELETE FROM energy.profit_loss_stale WHERE grid_area_id = ${gridAreaId} AND delivery_day = ANY (${days}::date[])`;
}

const toDay = (row: Row): DeliveryDayOfArea => ({ gridAreaId: row.grid_area_id, day: row.delivery_day });

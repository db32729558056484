import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { MonthClose } from '../profit/month-close.ts';
import { type AmountsRow, toAmounts } from './profit-loss.ts';

type Row = AmountsRow & { id: string; grid_area_id: string; month: LocalDate; version: number; closed_at: Date; days: number; provisional: boolean; replaces: string | null };

const AMOUNTS = ['purchased_watt_hours', 'purchased_cents', 'resold_watt_hours', 'resold_cents', 'sold_watt_hours', 'sold_cents', 'imbalance_watt_hours', 'imbalance_cents', 'margin_cents'];
const list = (of: (column: string) => string) => AMOUNTS.map(of).join(', ');

/** Closes a month of these areas (null: of all), or corrects its closing; answers what is new. A month without a day that is over has none. */
export async function addMonthCloses(tx: Tx, { month, gridAreaIds, closedAt }: { month: LocalDate; gridAreaIds: readonly string[] | null; closedAt: Date }): Promise<MonthClose[]> {
  const { rows } = await tx.query<Row>(
    `WITH day AS (
       SELECT DISTINCT ON (grid_area_id, delivery_day) * FROM energy.profit_loss
       WHERE delivery_day >= $1::date AND delivery_day < $1::date + interval '1 month' AND ($2::uuid[] IS NULL OR grid_area_id = ANY ($2)) ORDER BY grid_area_id, delivery_day, version DESC
     ), fresh AS (
       SELECT grid_area_id, count(*)::int AS days, ${list((column) => `sum(${column})::bigint AS ${column}`)}, bool_or(valued_at <> 'FINAL') AS provisional FROM day WHERE state = 'REALISED' GROUP BY 1
     ), added AS (
       INSERT INTO energy.profit_loss_close (id, grid_area_id, month, version, closed_at, days, ${AMOUNTS.join(', ')}, provisional)
       SELECT uuidv7(), f.grid_area_id, $1, coalesce(b.version, 0) + 1, $3, f.days, ${list((column) => `f.${column}`)}, f.provisional
       FROM fresh f LEFT JOIN LATERAL (SELECT * FROM energy.profit_loss_close c WHERE c.grid_area_id = f.grid_area_id AND c.month = $1 ORDER BY c.version DESC LIMIT 1) b ON true
       WHERE (b.days, ${list((column) => `b.${column}`)}, b.provisional) IS DISTINCT FROM (f.days, ${list((column) => `f.${column}`)}, f.provisional)
       ORDER BY f.grid_area_id RETURNING *
     )
     SELECT a.*, b.id AS replaces FROM added a LEFT JOIN energy.profit_loss_close b ON b.grid_area_id = a.grid_area_id AND b.month = a.month AND b.version = a.version - 1 ORDER BY a.grid_area_id`,
    [month, gridAreaIds, closedAt],
  );
  return rows.map(toMonthClose);
}

export type ClosesQuestion = Readonly<{ gridAreaIds: readonly string[] | null; from: LocalDate; until: LocalDate; newest: boolean }>;

/** Every version, or the newest of each; in order of month, area and version; `after` is the [month, area, version] of the last one read. */
export async function monthClosesPage(db: Queryable, { gridAreaIds, from, until, newest }: ClosesQuestion, { first, after }: { first: number; after: readonly string[] | null }): Promise<MonthClose[]> {
  const [month, area, version] = after ?? [null, null, null];
  const rows = await db.sql<Row>`
    SELECT c.*, b.id AS replaces FROM energy.profit_loss_close c
    LEFT JOIN energy.profit_loss_close b ON b.grid_area_id = c.grid_area_id AND b.month = c.month AND b.version = c.version - 1
    WHERE (${gridAreaIds}::uuid[] IS NULL OR c.grid_area_id = ANY (${gridAreaIds}::uuid[])) AND c.month >= ${from} AND c.month < ${until}
      AND NOT (${newest}::boolean AND EXISTS (SELECT FROM energy.profit_loss_close n WHERE n.grid_area_id = c.grid_area_id AND n.month = c.month AND n.version > c.version))
      AND (${month}::date IS NULL OR (c.month, c.grid_area_id, c.version) > (${month}::date, ${area}::uuid, ${version}::int))
    ORDER BY c.month, c.grid_area_id, c.version LIMIT ${first + 1}`;
  return rows.map(toMonthClose);
}

const toMonthClose = (row: Row): MonthClose => ({
  ...toAmounts(row),
  id: row.id,
  gridAreaId: row.grid_area_id,
  month: row.month,
  version: row.version,
  closedAt: row.closed_at,
  days: row.days,
  provisional: row.provisional,
  replaces: row.replaces,
});

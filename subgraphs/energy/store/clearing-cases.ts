import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ClearingCase, ClearingStatus, Tolerance } from '../mabis/clearing.ts';
import type { SumKind } from '../mabis/report.ts';
import type { SumsKey } from './mabis-reports.ts';

type Row = {
  id: string; balancing_group_id: string; grid_area_id: string; month: LocalDate; kind: SumKind; status: ClearingStatus; report_version: number; formed_at: Date; quarter_hours: number;
  difference_watt_hours: bigint; deviation_watt_hours: bigint; opened_at: Date; ended_at: Date | null; closed_by: string | null; reason: string | null;
};

export async function casesById(db: Queryable, ids: readonly string[]): Promise<ClearingCase[]> {
  return (await db.sql<Row>`SELECT * FROM energy.clearing_case WHERE id = ANY (${ids}::uuid[])`).map(toCase);
}

/** What both sides may differ by, for each kind of sum. */
export async function clearingTolerances(db: Queryable): Promise<ReadonlyMap<SumKind, Tolerance>> {
  const rows = await db.sql<{ kind: SumKind; watt_hours: bigint; per_mille: number }>`SELECT * FROM energy.clearing_tolerance`;
  return new Map(rows.map((row) => [row.kind, { wattHours: row.watt_hours, perMille: row.per_mille }]));
}

/** The latest first; `after` is the [opened, id] of the last one read. */
export async function casesPage(db: Queryable, { groupIds, statuses }: { groupIds: readonly string[] | null; statuses: readonly ClearingStatus[] | null }, { first, after }: { first: number; after: readonly string[] | null }): Promise<ClearingCase[]> {
  const [opened, id] = after ?? [null, null];
  const rows = await db.sql<Row>`
    SELECT * FROM energy.clearing_case WHERE (${groupIds}::uuid[] IS NULL OR balancing_group_id = ANY (${groupIds}::uuid[])) AND (${statuses}::text[] IS NULL OR status = ANY (${statuses}::text[]))
      AND (${opened}::timestamptz IS NULL OR (opened_at, id) < (${opened}, ${id}::uuid))
    ORDER BY opened_at DESC, id DESC LIMIT ${first + 1}`;
  return rows.map(toCase);
}

/** The last case of each sum of a month, whatever became of it. */
export async function lastCases(db: Queryable, { groupId, gridAreaId, month }: SumsKey): Promise<ClearingCase[]> {
  const rows = await db.sql<Row>`
    SELECT DISTINCT ON (kind) * FROM energy.clearing_case WHERE balancing_group_id = ${groupId} AND grid_area_id = ${gridAreaId} AND month = ${month} ORDER BY kind, opened_at DESC, id DESC`;
  return rows.map(toCase);
}

export async function lockCase(tx: Tx, id: string): Promise<ClearingCase | null> {
  const [row] = await tx.sql<Row>`SELECT * FROM energy.clearing_case WHERE id = ${id} FOR UPDATE`;
  return row ? toCase(row) : null;
}

export async function addCase(tx: Tx, one: ClearingCase): Promise<void> {
  await tx.sql`
    INSERT INTO energy.clearing_case (id, balancing_group_id, grid_area_id, month, kind, report_version, formed_at, quarter_hours, difference_watt_hours, deviation_watt_hours, opened_at)
    VALUES (${one.id}, ${one.balancingGroupId}, ${one.gridAreaId}, ${one.month}, ${one.kind}, ${one.reportVersion}, ${one.formedAt}, ${one.quarterHours}, ${one.differenceWattHours}, ${one.deviationWattHours}, ${one.openedAt})`;
}

/** An open case shows the newest figures, or it ends. */
export async function saveCase(tx: Tx, one: ClearingCase): Promise<void> {
  await tx.sql`
    UPDATE energy.clearing_case SET report_version = ${one.reportVersion}, formed_at = ${one.formedAt}, quarter_hours = ${one.quarterHours}, difference_watt_hours = ${one.differenceWattHours},
      deviation_watt_hours = ${one.deviationWattHours}, status = ${one.status}, ended_at = ${one.endedAt}, closed_by = ${one.closedBy}, reason = ${one.reason}
    WHERE id = ${one.id}`;
}

const toCase = (row: Row): ClearingCase => ({
  id: row.id, balancingGroupId: row.balancing_group_id, gridAreaId: row.grid_area_id, month: row.month, kind: row.kind, status: row.status, reportVersion: row.report_version, formedAt: row.formed_at,
  quarterHours: row.quarter_hours, differenceWattHours: row.difference_watt_hours, deviationWattHours: row.deviation_watt_hours, openedAt: row.opened_at, endedAt: row.ended_at, closedBy: row.closed_by, reason: row.reason,
});

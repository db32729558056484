import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { MabisReport, MarketSum, ReportStatus, SumKind } from '../mabis/report.ts';

type Row = {
  id: string; balancing_group_id: string; grid_area_id: string; month: LocalDate; version: number; deadline_at: Date; status: ReportStatus; measured_watt_hours: string[]; profiled_watt_hours: string[];
  assumed_watt_hours: bigint; missing_days: number; made_at: Date; sent_at: Date | null; reason: string | null;
};
const COLUMNS = 'id, balancing_group_id, grid_area_id, month, version, deadline_at, status, measured_watt_hours::text[], profiled_watt_hours::text[], assumed_watt_hours, missing_days, made_at, sent_at, reason';
/** Whose sums, of which month. */
export type SumsKey = Readonly<{ groupId: string; gridAreaId: string; month: LocalDate }>;

export async function reportsById(db: Queryable, ids: readonly string[]): Promise<MabisReport[]> {
  return (await db.query<Row>(`SELECT ${COLUMNS} FROM energy.mabis_report WHERE id = ANY ($1::uuid[])`, [ids])).rows.map(toReport);
}

export async function newestReport(db: Queryable, { groupId, gridAreaId, month }: SumsKey): Promise<MabisReport | null> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM energy.mabis_report WHERE balancing_group_id = $1 AND grid_area_id = $2 AND month = $3 ORDER BY version DESC LIMIT 1`, [groupId, gridAreaId, month]);
  return rows[0] ? toReport(rows[0]) : null;
}

/** The newest month first, then by group and area, the newest version first; `after` is the [month, group, area, version] of the last one read. */
export async function reportsPage(db: Queryable, { groupIds, from, until }: { groupIds: readonly string[] | null; from: LocalDate; until: LocalDate }, { first, after }: { first: number; after: readonly string[] | null }): Promise<MabisReport[]> {
  const [month, group, area, version] = after ?? [null, null, null, null];
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM energy.mabis_report r WHERE r.month >= $1 AND r.month < $2 AND ($3::uuid[] IS NULL OR r.balancing_group_id = ANY ($3::uuid[]))
       AND ($4::date IS NULL OR r.month < $4::date OR r.month = $4::date AND (r.balancing_group_id, r.grid_area_id, -r.version) > ($5::uuid, $6::uuid, -$7::int))
     ORDER BY r.month DESC, r.balancing_group_id, r.grid_area_id, r.version DESC LIMIT $8`,
    [from, until, groupIds, month, group, area, version, first + 1],
  );
  return rows.map(toReport);
}

/** How many of a group's areas have a newest version that is not with the market. */
export async function unsentReports(db: Queryable, groupId: string, month: LocalDate): Promise<number> {
  const [row] = await db.sql<{ n: number }>`
    SELECT count(*)::int AS n FROM (SELECT DISTINCT ON (grid_area_id) status FROM energy.mabis_report WHERE balancing_group_id = ${groupId} AND month = ${month} ORDER BY grid_area_id, version DESC) r WHERE status <> 'SENT'`;
  return row!.n;
}

/** Which of these areas and months have been reported, and in which group. */
export async function reportedMonths(db: Queryable, gridAreaIds: readonly string[], months: readonly LocalDate[]): Promise<SumsKey[]> {
  const rows = await db.sql<{ balancing_group_id: string; grid_area_id: string; month: LocalDate }>`
    SELECT DISTINCT balancing_group_id, grid_area_id, month FROM energy.mabis_report WHERE grid_area_id = ANY (${gridAreaIds}::uuid[]) AND month = ANY (${months}::date[])`;
  return rows.map((row) => ({ groupId: row.balancing_group_id, gridAreaId: row.grid_area_id, month: row.month }));
}

export type NewReport = Omit<MabisReport, 'status' | 'sentAt' | 'reason'>;

export async function addReport(tx: Tx, report: NewReport): Promise<void> {
  await tx.sql`
    INSERT INTO energy.mabis_report (id, balancing_group_id, grid_area_id, month, version, deadline_at, measured_watt_hours, profiled_watt_hours, assumed_watt_hours, missing_days, made_at)
    VALUES (${report.id}, ${report.balancingGroupId}, ${report.gridAreaId}, ${report.month}, ${report.version}, ${report.deadlineAt}, ${report.measured.map(String)}, ${report.profiled.map(String)}, ${report.assumed}, ${report.missingDays}, ${report.madeAt})`;
}

/** A report and its group, held until the transaction ends; null for what is none of ours. */
export async function lockReport(tx: Tx, id: string): Promise<MabisReport | null> {
  await tx.sql`SELECT FROM energy.balancing_group g JOIN energy.mabis_report r ON r.balancing_group_id = g.id WHERE r.id = ${id} FOR NO KEY UPDATE OF g`;
  return (await reportsById(tx, [id]))[0] ?? null;
}

export async function settleReport(tx: Tx, { id }: MabisReport, { status, at, reason }: { status: 'SENT' | 'REJECTED'; at: Date; reason: string | null }): Promise<void> {
  await tx.sql`UPDATE energy.mabis_report SET status = ${status}, reason = ${reason}, sent_at = CASE WHEN ${status === 'SENT'} THEN greatest(${at}::timestamptz, made_at) ELSE sent_at END WHERE id = ${id}`;
}

/** Stores what the market found; the same again changes nothing. */
export async function addMarketSum(tx: Tx, sum: MarketSum, at: Date): Promise<void> {
  await tx.sql`
    INSERT INTO energy.market_sum (balancing_group_id, grid_area_id, month, kind, formed_at, watt_hours, received_at)
    VALUES (${sum.balancingGroupId}, ${sum.gridAreaId}, ${sum.month}, ${sum.kind}, ${sum.formedAt}, ${sum.wattHours.map(String)}, ${at}) ON CONFLICT DO NOTHING`;
}

/** The market's newest sums of these areas and months, one a kind. */
export async function newestMarketSums(db: Queryable, keys: readonly SumsKey[]): Promise<MarketSum[]> {
  const rows = await db.sql<{ balancing_group_id: string; grid_area_id: string; month: LocalDate; kind: SumKind; formed_at: Date; watt_hours: string[] }>`
    SELECT DISTINCT ON (s.balancing_group_id, s.grid_area_id, s.month, s.kind) s.balancing_group_id, s.grid_area_id, s.month, s.kind, s.formed_at, s.watt_hours::text[] AS watt_hours
    FROM energy.market_sum s JOIN unnest(${keys.map(({ groupId }) => groupId)}::uuid[], ${keys.map(({ gridAreaId }) => gridAreaId)}::uuid[], ${keys.map(({ month }) => month)}::date[]) AS k (g, a, m)
      ON s.balancing_group_id = k.g AND s.grid_area_id = k.a AND s.month = k.m
    ORDER BY 1, 2, 3, 4, s.formed_at DESC`;
  return rows.map((row) => ({ balancingGroupId: row.balancing_group_id, gridAreaId: row.grid_area_id, month: row.month, kind: row.kind, formedAt: row.formed_at, wattHours: row.watt_hours.map(BigInt) }));
}

const toReport = (row: Row): MabisReport => ({
  id: row.id, balancingGroupId: row.balancing_group_id, gridAreaId: row.grid_area_id, month: row.month, version: row.version, deadlineAt: row.deadline_at, status: row.status,
  measured: row.measured_watt_hours.map(BigInt), profiled: row.profiled_watt_hours.map(BigInt), assumed: row.assumed_watt_hours, missingDays: row.missing_days, madeAt: row.made_at, sentAt: row.sent_at, reason: row.reason,
});

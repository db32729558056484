import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Nomination, NominationStatus } from '../nominations/nomination.ts';
import type { AreaPart, NominationPath, ScheduleSeries } from '../nominations/schedule.ts';

type Row = {
  id: string; balancing_group_id: string; delivery_day: LocalDate; version: number; path: NominationPath; deadline_at: Date; status: NominationStatus; net_watt_hours: string[]; consumption_watt_hours: string[];
  made_at: Date; made_by: string; sent_at: Date | null; answered_at: Date | null; reason: string | null; holds: boolean; series: { side: 'BUY' | 'SELL'; counterparty: string; counterparty_eic: string | null; watt_hours: string[] }[] | null;
  areas: { grid_area_id: string; net_watt_hours: string[] }[] | null;
};

const SELECT = `
  SELECT n.id, n.balancing_group_id, n.delivery_day, n.version, n.path, n.deadline_at, n.status, n.net_watt_hours::text[], n.consumption_watt_hours::text[], n.made_at, n.made_by, n.sent_at, n.answered_at, n.reason,
    n.status = 'ACCEPTED' AND NOT EXISTS (SELECT FROM energy.nomination l WHERE l.balancing_group_id = n.balancing_group_id AND l.delivery_day = n.delivery_day AND l.version > n.version AND l.status = 'ACCEPTED') AS holds,
    (SELECT json_agg(json_build_object('side', s.side, 'counterparty', s.counterparty, 'counterparty_eic', s.counterparty_eic, 'watt_hours', s.watt_hours::text[]) ORDER BY s.side, s.counterparty) FROM energy.nomination_series s WHERE s.nomination_id = n.id) AS series,
    (SELECT json_agg(json_build_object('grid_area_id', p.grid_area_id, 'net_watt_hours', p.net_watt_hours::text[]) ORDER BY p.grid_area_id) FROM energy.nomination_area p WHERE p.nomination_id = n.id) AS areas
  FROM energy.nomination n`;

export async function nominationsById(db: Queryable, ids: readonly string[]): Promise<Nomination[]> {
  return (await db.query<Row>(`${SELECT} WHERE n.id = ANY ($1::uuid[])`, [ids])).rows.map(toNomination);
}

/** All versions of a group's day, the newest first. */
export async function versionsOf(db: Queryable, { groupId, day }: { groupId: string; day: LocalDate }): Promise<Nomination[]> {
  return (await db.query<Row>(`${SELECT} WHERE n.balancing_group_id = $1 AND n.delivery_day = $2 ORDER BY n.version DESC`, [groupId, day])).rows.map(toNomination);
}

/** Whether anything was said of a group's day. */
export async function isNominated(db: Queryable, { groupId, day }: { groupId: string; day: LocalDate }): Promise<boolean> {
  return (await db.sql`SELECT FROM energy.nomination WHERE balancing_group_id = ${groupId} AND delivery_day = ${day} LIMIT 1`).length > 0;
}

export type NominationFilter = Readonly<{ groupIds: readonly string[] | null; from: LocalDate; until: LocalDate }>;

/** By delivery day and group, the newest version first; `after` is the [day, group, version] of the last one read. */
export async function nominationsPage(db: Queryable, { groupIds, from, until }: NominationFilter, { first, after }: { first: number; after: readonly string[] | null }): Promise<Nomination[]> {
  const [day, group, version] = after ?? [null, null, null];
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE n.delivery_day >= $1 AND n.delivery_day < $2 AND ($3::uuid[] IS NULL OR n.balancing_group_id = ANY ($3::uuid[]))
       AND ($4::date IS NULL OR (n.delivery_day, n.balancing_group_id, -n.version) > ($4::date, $5::uuid, -$6::int))
     ORDER BY n.delivery_day, n.balancing_group_id, n.version DESC LIMIT $7`,
    [from, until, groupIds, day, group, version, first + 1],
  );
  return rows.map(toNomination);
}

export type NewNomination = Pick<Nomination, 'id' | 'balancingGroupId' | 'deliveryDay' | 'version' | 'path' | 'deadlineAt' | 'net' | 'consumption' | 'series' | 'areas' | 'madeAt' | 'madeBy'>;

export async function addNomination(tx: Tx, { series, areas, ...made }: NewNomination): Promise<void> {
  await tx.sql`
    INSERT INTO energy.nomination (id, balancing_group_id, delivery_day, version, path, deadline_at, net_watt_hours, consumption_watt_hours, made_at, made_by)
    VALUES (${made.id}, ${made.balancingGroupId}, ${made.deliveryDay}, ${made.version}, ${made.path}, ${made.deadlineAt}, ${made.net.map(String)}, ${made.consumption.map(String)}, ${made.madeAt}, ${made.madeBy})`;
  for (const { side, counterparty, counterpartyEic, wattHours } of series)
    await tx.sql`INSERT INTO energy.nomination_series (nomination_id, side, counterparty, counterparty_eic, watt_hours) VALUES (${made.id}, ${side}, ${counterparty}, ${counterpartyEic}, ${wattHours.map(String)})`;
  for (const { gridAreaId, net } of areas) await tx.sql`INSERT INTO energy.nomination_area VALUES (${made.id}, ${gridAreaId}, ${net.map(String)})`;
}

/** The group and day of a schedule, and the group held until the transaction ends; null for what is none of ours. */
export async function lockNomination(tx: Tx, id: string): Promise<Nomination | null> {
  await tx.sql`SELECT FROM energy.balancing_group g JOIN energy.nomination n ON n.balancing_group_id = g.id WHERE n.id = ${id} FOR NO KEY UPDATE OF g`;
  return (await nominationsById(tx, [id]))[0] ?? null;
}

export async function settleNomination(tx: Tx, { id }: Nomination, { status, at, reason }: { status: Exclude<NominationStatus, 'PREPARED'>; at: Date; reason: string | null }): Promise<void> {
  await tx.sql`
    UPDATE energy.nomination SET status = ${status}, reason = ${reason}, sent_at = CASE WHEN ${status === 'REJECTED'} THEN sent_at ELSE coalesce(sent_at, greatest(${at}::timestamptz, made_at)) END,
      answered_at = CASE WHEN ${status !== 'SENT'} THEN greatest(${at}::timestamptz, made_at) END
    WHERE id = ${id}`;
}

const toSeries = ({ side, counterparty, counterparty_eic, watt_hours }: NonNullable<Row['series']>[number]): ScheduleSeries => ({ side, counterparty, counterpartyEic: counterparty_eic, wattHours: watt_hours.map(BigInt) });

const toAreaPart = ({ grid_area_id, net_watt_hours }: NonNullable<Row['areas']>[number]): AreaPart => ({ gridAreaId: grid_area_id, net: net_watt_hours.map(BigInt) });

const toNomination = (row: Row): Nomination => ({
  id: row.id, balancingGroupId: row.balancing_group_id, deliveryDay: row.delivery_day, version: row.version, path: row.path, deadlineAt: row.deadline_at, status: row.status,
  net: row.net_watt_hours.map(BigInt), consumption: row.consumption_watt_hours.map(BigInt), series: (row.series ?? []).map(toSeries), areas: (row.areas ?? []).map(toAreaPart),
  madeAt: row.made_at, madeBy: row.made_by, sentAt: row.sent_at, answeredAt: row.answered_at, reason: row.reason, holds: row.holds,
});

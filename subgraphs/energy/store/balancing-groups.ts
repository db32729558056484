import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { BalancingGroup } from '../nominations/nomination.ts';

type Row = { id: string; code: string; responsible_code: string; coordinator_code: string; takes_the_rest: boolean };

/** SQL of the areas that are in a group on a day: those assigned to it, and in the group that takes the rest those assigned to none. */
export const areasOfGroupSql = (group: string, day: string): string => `
  SELECT a.id FROM energy.grid_area a LEFT JOIN energy.balancing_group_area m ON m.grid_area_id = a.id AND m.from_day <= ${day} AND (m.until_day IS NULL OR m.until_day > ${day})
  WHERE coalesce(m.balancing_group_id, (SELECT g.id FROM energy.balancing_group g WHERE g.takes_the_rest)) = ${group}`;

export async function balancingGroupsById(db: Queryable, ids: readonly string[]): Promise<BalancingGroup[]> {
  return (await db.sql<Row>`SELECT * FROM energy.balancing_group WHERE id = ANY (${ids}::uuid[])`).map(toGroup);
}

export async function balancingGroupOfCode(db: Queryable, code: string): Promise<BalancingGroup | null> {
  const [row] = await db.sql<Row>`SELECT * FROM energy.balancing_group WHERE code = ${code}`;
  return row ? toGroup(row) : null;
}

/** By code; `after` is the code of the last one read. Null stands for no limit: workers look at all. */
export async function balancingGroupsPage(db: Queryable, first: number | null, after: string | null): Promise<BalancingGroup[]> {
  return (await db.sql<Row>`SELECT * FROM energy.balancing_group WHERE ${after}::text IS NULL OR code > ${after} ORDER BY code LIMIT ${first === null ? null : first + 1}`).map(toGroup);
}

/** Held until the transaction ends: one at a time makes versions of a group's schedules and reports. */
export async function lockBalancingGroup(tx: Tx, id: string): Promise<BalancingGroup | null> {
  const [row] = await tx.sql<Row>`SELECT * FROM energy.balancing_group WHERE id = ${id} FOR NO KEY UPDATE`;
  return row ? toGroup(row) : null;
}

/** Groups as the settings name them; only one of all takes the rest. What is known of a group follows the settings. */
export async function saveBalancingGroups(tx: Tx, groups: readonly Omit<BalancingGroup, 'id'>[], at: Date): Promise<void> {
  await tx.sql`UPDATE energy.balancing_group SET takes_the_rest = false WHERE takes_the_rest AND NOT code = ANY (${groups.filter(({ takesTheRest }) => takesTheRest).map(({ code }) => code)}::text[])`;
  for (const { code, responsibleCode, coordinatorCode, takesTheRest } of groups)
    await tx.sql`
      INSERT INTO energy.balancing_group AS g (id, code, responsible_code, coordinator_code, takes_the_rest, opened_at)
      VALUES (${newId()}, ${code}, ${responsibleCode}, ${coordinatorCode}, ${takesTheRest}, ${at})
      ON CONFLICT (code) DO UPDATE SET responsible_code = excluded.responsible_code, coordinator_code = excluded.coordinator_code, takes_the_rest = excluded.takes_the_rest
      WHERE (g.responsible_code, g.coordinator_code, g.takes_the_rest) IS DISTINCT FROM (excluded.responsible_code, excluded.coordinator_code, excluded.takes_the_rest)`;
}

/** From a day on, later than any that was decided before, the area is in this group. */
export async function assignArea(tx: Tx, { gridAreaId, balancingGroupId, from, at, by }: { gridAreaId: string; balancingGroupId: string; from: LocalDate; at: Date; by: string }): Promise<void> {
  await tx.sql`UPDATE energy.balancing_group_area SET until_day = ${from} WHERE grid_area_id = ${gridAreaId} AND from_day < ${from}::date AND until_day IS NULL`;
  await tx.sql`INSERT INTO energy.balancing_group_area (balancing_group_id, grid_area_id, from_day, assigned_at, assigned_by) VALUES (${balancingGroupId}, ${gridAreaId}, ${from}, ${at}, ${by})`;
}

/** The latest day from which an area was assigned to a group; null when it never was. */
export async function assignedFrom(db: Queryable, gridAreaId: string): Promise<LocalDate | null> {
  const [row] = await db.sql<{ day: LocalDate | null }>`SELECT max(from_day) AS day FROM energy.balancing_group_area WHERE grid_area_id = ${gridAreaId}`;
  return row!.day;
}

/** The group of each of these areas on a day; none for an area that is in none. */
export async function groupsOfAreas(db: Queryable, gridAreaIds: readonly string[], day: LocalDate): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(`SELECT g.id FROM energy.balancing_group g WHERE EXISTS (SELECT FROM (${areasOfGroupSql('g.id', '$2::date')}) a WHERE a.id = ANY ($1::uuid[]))`, [gridAreaIds, day]);
  return rows.map(({ id }) => id);
}

/** In whose schedules, of these days, these trades are. */
export async function groupDaysOfTrades(db: Queryable, tradeIds: readonly string[], days: readonly LocalDate[]): Promise<{ groupId: string; day: LocalDate }[]> {
  const { rows } = await db.query<{ group_id: string; day: LocalDate }>(
    `SELECT DISTINCT g.id AS group_id, d.day FROM unnest($2::date[]) d (day)
     JOIN energy.trade t ON t.id = ANY ($1::uuid[]) AND t.from_at < (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AND t.until_at > d.day::timestamp AT TIME ZONE 'Europe/Berlin'
     JOIN energy.balancing_group g ON t.grid_area_id IN (${areasOfGroupSql('g.id', 'd.day')}) ORDER BY 1, 2`,
    [tradeIds, days],
  );
  return rows.map((row) => ({ groupId: row.group_id, day: row.day }));
}

/** Whether a group was known by then, and so had to nominate. */
export async function isOpenBy(db: Queryable, groupId: string, at: Date): Promise<boolean> {
  return (await db.sql`SELECT FROM energy.balancing_group WHERE id = ${groupId} AND opened_at <= ${at}`).length > 0;
}

/** The areas that were in a group on any day of a month. */
export async function areasOfMonth(db: Queryable, groupId: string, month: LocalDate): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT DISTINCT a.id FROM (SELECT generate_series($2::date, $2::date + interval '1 month' - interval '1 day', interval '1 day')::date) d (day) CROSS JOIN LATERAL (${areasOfGroupSql('$1', 'd.day')}) a ORDER BY 1`,
    [groupId, month],
  );
  return rows.map(({ id }) => id);
}

export async function areasOfGroups(db: Queryable, groupIds: readonly string[], day: LocalDate): Promise<{ groupId: string; gridAreaId: string }[]> {
  const { rows } = await db.query<{ group_id: string; id: string }>(`SELECT g.id AS group_id, a.id FROM energy.balancing_group g CROSS JOIN LATERAL (${areasOfGroupSql('g.id', '$2::date')}) a WHERE g.id = ANY ($1::uuid[]) ORDER BY 2`, [groupIds, day]);
  return rows.map((row) => ({ groupId: row.group_id, gridAreaId: row.id }));
}

const toGroup = (row: Row): BalancingGroup => ({ id: row.id, code: row.code, responsibleCode: row.responsible_code, coordinatorCode: row.coordinator_code, takesTheRest: row.takes_the_rest });

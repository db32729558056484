import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { Alert, AlertKind, AlertSeverity, NewAlert } from '../alerts/alert.ts';

type Row = {
  id: string;
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  grid_area_id: string | null;
  from_at: Date | null;
  until_at: Date | null;
  message: string;
  raised_at: Date;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  cleared_at: Date | null;
};

/** Writes those that do not stand yet; answers these. */
export async function addAlerts(tx: Tx, alerts: readonly NewAlert[], at: Date): Promise<Alert[]> {
  const given = alerts.map(({ period, ...alert }) => ({ ...alert, id: newId<'alert'>(), from: period?.from ?? null, until: period?.until ?? null }));
  const rows = await tx.sql<Row>`
    INSERT INTO energy.alert (id, kind, subject, severity, grid_area_id, from_at, until_at, message, raised_at)
    SELECT a.id, a.kind, a.subject, a.severity, a."gridAreaId", a."from", a.until, left(a.message, 500), ${at}
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS a (id uuid, kind text, subject text, severity text, "gridAreaId" uuid, "from" timestamptz, until timestamptz, message text)
    ORDER BY a.kind, a.subject
    ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO NOTHING RETURNING *`;
  return rows.map(toAlert);
}

/** Clears those that stand; answers these. */
export async function clearStanding(tx: Tx, kind: AlertKind, subjects: readonly string[], at: Date): Promise<Alert[]> {
  const rows = await tx.sql<Row>`
    UPDATE energy.alert SET cleared_at = greatest(${at}::timestamptz, raised_at) WHERE kind = ${kind} AND subject = ANY (${subjects}::text[]) AND cleared_at IS NULL RETURNING *`;
  return rows.map(toAlert);
}

export async function isStanding(db: Queryable, kind: AlertKind, subjects: readonly string[]): Promise<boolean> {
  return (await db.sql`SELECT FROM energy.alert WHERE kind = ${kind} AND subject = ANY (${subjects}::text[]) AND cleared_at IS NULL`).length > 0;
}

/** Notes who has seen them first; answers those for which that was news. */
export async function noteSeen(tx: Tx, ids: readonly string[], by: string, at: Date): Promise<Alert[]> {
  const rows = await tx.sql<Row>`
    UPDATE energy.alert SET acknowledged_at = greatest(${at}::timestamptz, raised_at), acknowledged_by = ${by} WHERE id = ANY (${ids}::uuid[]) AND acknowledged_at IS NULL RETURNING *`;
  return rows.map(toAlert);
}

export async function alertsById(db: Queryable, ids: readonly string[]): Promise<Alert[]> {
  return (await db.sql<Row>`SELECT * FROM energy.alert WHERE id = ANY (${ids}::uuid[]) ORDER BY raised_at, id`).map(toAlert);
}

/** How many stand of each kind; 0 for what stood once. */
export async function standingByKind(db: Queryable): Promise<[AlertKind, number][]> {
  const rows = await db.sql<{ kind: AlertKind; count: number }>`SELECT kind, count(*) FILTER (WHERE cleared_at IS NULL)::int AS count FROM energy.alert GROUP BY 1`;
  return rows.map(({ kind, count }) => [kind, count]);
}

export type AlertFilter = Readonly<{ gridAreaIds: readonly string[] | null; standing: boolean }>;

/** The latest first; `after` is the [raised, id] of the last one read. What concerns no area concerns all. */
export async function alertsPage(db: Queryable, { gridAreaIds, standing }: AlertFilter, { first, after }: { first: number; after: readonly string[] | null }): Promise<Alert[]> {
  const [raised, id] = after ?? [null, null];
  const rows = await db.sql<Row>`
    SELECT * FROM energy.alert WHERE (${gridAreaIds}::uuid[] IS NULL OR grid_area_id IS NULL OR grid_area_id = ANY (${gridAreaIds}::uuid[]))
      AND (NOT ${standing}::boolean OR cleared_at IS NULL)
      AND (${raised}::timestamptz IS NULL OR (raised_at, id) < (${raised}, ${id}::uuid))
    ORDER BY raised_at DESC, id DESC LIMIT ${first + 1}`;
  return rows.map(toAlert);
}

const toAlert = (row: Row): Alert => ({
  id: row.id,
  kind: row.kind,
  subject: row.subject,
  severity: row.severity,
  gridAreaId: row.grid_area_id,
  from: row.from_at,
  until: row.until_at,
  message: row.message,
  raisedAt: row.raised_at,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
  clearedAt: row.cleared_at,
});

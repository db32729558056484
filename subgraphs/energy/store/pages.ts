// What the pager is told of alerts, and what became of it.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import type { AlertSeverity } from '../alerts/alert.ts';
import type { Page, PageChange, PageStatus } from '../alerts/page.ts';

type Row = { id: string; alert_id: string; change: PageChange; status: PageStatus; attempts: number; error: string | null; made_at: Date; settled_at: Date | null };

/** Notes from which severity on there is a pager, or (null) that there is none. */
export async function openPager(tx: Tx, leastSeverity: AlertSeverity | null): Promise<void> {
  if (leastSeverity === null) await tx.sql`DELETE FROM energy.pager`;
  else await tx.sql`INSERT INTO energy.pager VALUES ('PAGER', ${leastSeverity}) ON CONFLICT (pager) DO UPDATE SET least_severity = excluded.least_severity`;
}

/** A page for each of these alerts, where there is a pager for them; that one is over only where it was told that it stands. Answers the ids of the pages. */
export async function addPages(tx: Tx, alertIds: readonly string[], change: PageChange, at: Date): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    INSERT INTO energy.alert_page (id, alert_id, change, made_at)
    SELECT n.id, a.id, ${change}, ${at} FROM unnest(${alertIds.map(() => newId<'page'>())}::uuid[], ${alertIds}::uuid[]) n (id, alert_id)
    JOIN energy.alert a ON a.id = n.alert_id JOIN energy.pager p ON p.least_severity IN ('WARNING', a.severity)
    WHERE ${change} = 'RAISED' OR EXISTS (SELECT FROM energy.alert_page r WHERE r.alert_id = a.id AND r.change = 'RAISED' AND r.status <> 'DEAD')
    ON CONFLICT (alert_id, change) DO NOTHING RETURNING id`;
  return rows.map(({ id }) => id);
}

/** The oldest that still wait. */
export async function waitingPages(db: Queryable, limit: number): Promise<string[]> {
  return (await db.sql<{ id: string }>`SELECT id FROM energy.alert_page WHERE status = 'WAITING' ORDER BY made_at, id LIMIT ${limit}`).map(({ id }) => id);
}

export async function pageById(db: Queryable, id: string): Promise<Page | null> {
  const [row] = await db.sql<Row>`SELECT * FROM energy.alert_page WHERE id = ${id}`;
  return row ? toPage(row) : null;
}

/** That one stands is told before that it is over. */
export async function isToldBefore(db: Queryable, { alertId, change }: Page): Promise<boolean> {
  return change === 'RAISED' || (await db.sql`SELECT FROM energy.alert_page WHERE alert_id = ${alertId} AND change = 'RAISED' AND status = 'WAITING'`).length === 0;
}

export async function lockPage(tx: Tx, id: string): Promise<Page | null> {
  const [row] = await tx.sql<Row>`SELECT * FROM energy.alert_page WHERE id = ${id} FOR UPDATE`;
  return row ? toPage(row) : null;
}

export async function savePage(tx: Tx, { id, status, attempts, error }: Pick<Page, 'id' | 'status' | 'attempts' | 'error'>, at: Date): Promise<void> {
  await tx.sql`UPDATE energy.alert_page SET status = ${status}, attempts = ${attempts}, error = ${error}, settled_at = CASE WHEN ${status} <> 'WAITING' THEN greatest(${at}::timestamptz, made_at) END WHERE id = ${id}`;
}

export async function pagesOfAlerts(db: Queryable, alertIds: readonly string[]): Promise<Page[]> {
  return (await db.sql<Row>`SELECT * FROM energy.alert_page WHERE alert_id = ANY (${alertIds}::uuid[]) ORDER BY alert_id, change DESC`).map(toPage);
}

/** Since when the oldest waits; null when none does. */
export async function pagesWaitSince(db: Queryable): Promise<Date | null> {
  const [row] = await db.sql<{ oldest: Date | null }>`SELECT min(made_at) AS oldest FROM energy.alert_page WHERE status = 'WAITING'`;
  return row!.oldest;
}

const toPage = (row: Row): Page => ({ id: row.id, alertId: row.alert_id, change: row.change, status: row.status, attempts: row.attempts, error: row.error, madeAt: row.made_at, settledAt: row.settled_at });

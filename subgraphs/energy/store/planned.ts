import type { Queryable, Tx } from '@stromgraph/kernel/database';

/** Whether work of a kind (about a subject, or any) is planned, or overdue. */
export async function isPlanned(tx: Tx, kind: string, subject: string | null = null): Promise<boolean> {
  return (await tx.sql`SELECT FROM energy.due WHERE kind = ${kind} AND (${subject}::text IS NULL OR subject = ${subject}) LIMIT 1`).length > 0;
}

/** When the first work of these kinds is due; `otherwise` when there is none. */
export async function firstPlannedAt(db: Queryable, kinds: readonly string[], otherwise: Date): Promise<Date> {
  const [row] = await db.sql<{ at: Date | null }>`SELECT min(due_at) AS at FROM energy.due WHERE kind = ANY (${kinds}::text[])`;
  return row?.at ?? otherwise;
}

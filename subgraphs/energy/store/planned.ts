import type { Tx } from '@stromgraph/kernel/database';

/** Whether work of a kind is planned, or overdue. */
export async function isPlanned(tx: Tx, kind: string): Promise<boolean> {
  return (await tx.sql`SELECT FROM energy.due WHERE kind = ${kind} LIMIT 1`).length > 0;
}

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { afterFailure, CLOSED, type Circuit } from '@stromgraph/kernel/retry';

export const SMTP = 'smtp';

export async function readCircuit(db: Queryable): Promise<Circuit> {
  const [row] = await db.sql<{ failures: number; open_until: Date | null }>`SELECT failures, open_until FROM messaging.provider WHERE name = ${SMTP}`;
  return row ? { failures: row.failures, openUntil: row.open_until } : CLOSED;
}

/** When the wait of an open circuit is over, one worker may probe; the others wait on. */
export async function takeProbe(db: Queryable, now: Date, nextProbeAt: Date): Promise<boolean> {
  const rows = await db.sql`UPDATE messaging.provider SET open_until = ${nextProbeAt} WHERE name = ${SMTP} AND open_until <= ${now} RETURNING name`;
  return rows.length > 0;
}

/** One success closes the circuit; failures add up across workers. */
export async function noteResults(tx: Tx, { succeeded, failed }: { succeeded: number; failed: number }, now: Date): Promise<void> {
  if (succeeded > 0) {
    await tx.sql`UPDATE messaging.provider SET failures = 0, open_until = NULL WHERE name = ${SMTP} AND failures > 0`;
    return;
  }
  if (failed === 0) return;
  const [row] = await tx.sql<{ failures: number; open_until: Date | null }>`SELECT failures, open_until FROM messaging.provider WHERE name = ${SMTP} FOR UPDATE`;
  // However many mails of one run failed together, the provider was down once.
  const circuit = afterFailure({ failures: row!.failures, openUntil: row!.open_until }, now);
  await tx.sql`UPDATE messaging.provider SET failures = ${circuit.failures}, open_until = ${circuit.openUntil} WHERE name = ${SMTP}`;
}

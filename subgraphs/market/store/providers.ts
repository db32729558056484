import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { afterFailure, CLOSED, type Circuit } from '@stromgraph/kernel/retry';

export const CLEARING_HOUSE = 'clearing-house';

export async function readCircuit(db: Queryable): Promise<Circuit> {
  const [row] = await db.sql<{ failures: number; open_until: Date | null }>`SELECT failures, open_until FROM market.provider WHERE name = ${CLEARING_HOUSE}`;
  return row ? { failures: row.failures, openUntil: row.open_until } : CLOSED;
}

/** When the wait of an open circuit is over, one worker may probe; the others wait on. */
export async function takeProbe(db: Queryable, now: Date, nextProbeAt: Date): Promise<boolean> {
  const rows = await db.sql`UPDATE market.provider SET open_until = ${nextProbeAt} WHERE name = ${CLEARING_HOUSE} AND open_until <= ${now} RETURNING name`;
  return rows.length > 0;
}

/** One success closes the circuit; failures add up across workers. */
export async function noteResults(tx: Tx, { succeeded, failed }: { succeeded: number; failed: number }, now: Date): Promise<void> {
  if (succeeded > 0) {
    await tx.sql`UPDATE market.provider SET failures = 0, open_until = NULL WHERE name = ${CLEARING_HOUSE} AND failures > 0`;
    return;
  }
  if (failed === 0) return;
  const [row] = await tx.sql<{ failures: number; open_until: Date | null }>`SELECT failures, open_until FROM market.provider WHERE name = ${CLEARING_HOUSE} FOR UPDATE`;
  // However many calls of one batch failed together, the provider was down once.
  const circuit = afterFailure({ failures: row!.failures, openUntil: row!.open_until }, now);
  await tx.sql`UPDATE market.provider SET failures = ${circuit.failures}, open_until = ${circuit.openUntil} WHERE name = ${CLEARING_HOUSE}`;
}

export async function readCursor(db: Queryable): Promise<bigint> {
  const [row] = await db.sql<{ received_cursor: bigint }>`SELECT received_cursor FROM market.provider WHERE name = ${CLEARING_HOUSE}`;
  return row?.received_cursor ?? 0n;
}

/** Never backwards: two pollers may overlap. */
export async function moveReceivedCursor(tx: Tx, to: bigint): Promise<void> {
  await tx.sql`UPDATE market.provider SET received_cursor = ${to} WHERE name = ${CLEARING_HOUSE} AND received_cursor < ${to}`;
}

// What the market place has told: read up to a position, each execution taken once.
import type { Queryable, Tx } from '@stromgraph/kernel/database';

export type Fill = Readonly<{ executionId: string; orderId: string; tradeId: string; kilowatts: bigint; executedAt: Date }>;

/** Notes that there is a market place; without one, nothing is hedged automatically. */
export async function openExchange(tx: Tx): Promise<void> {
  await tx.sql`INSERT INTO energy.exchange_cursor (exchange) VALUES ('EXCHANGE') ON CONFLICT DO NOTHING`;
}

export async function hasExchange(db: Queryable): Promise<boolean> {
  return (await db.sql`SELECT FROM energy.exchange_cursor`).length > 0;
}

/** How far its reports were read; one reader at a time, until the transaction ends. */
export async function lockExecutionsRead(tx: Tx): Promise<bigint> {
  const [row] = await tx.sql<{ position: bigint }>`SELECT position FROM energy.exchange_cursor FOR UPDATE`;
  return row!.position;
}

export async function executionsRead(db: Queryable): Promise<bigint> {
  const [row] = await db.sql<{ position: bigint }>`SELECT position FROM energy.exchange_cursor`;
  return row!.position;
}

export async function moveExecutionsRead(tx: Tx, position: bigint): Promise<void> {
  await tx.sql`UPDATE energy.exchange_cursor SET position = ${position}`;
}

/** Counts failures in a row; 0 after a success. Answers what it was before and is now. */
export async function countExchangeFailures(tx: Tx, failed: boolean): Promise<Readonly<{ before: number; now: number }>> {
  const [row] = await tx.sql<{ before: number; now: number }>`
    UPDATE energy.exchange_cursor SET failures = CASE WHEN ${failed}::boolean THEN failures + 1 ELSE 0 END RETURNING OLD.failures AS before, NEW.failures AS now`;
  return row!;
}

/** Which of these executions were taken before. */
export async function knownExecutions(tx: Tx, executionIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.sql<{ execution_id: string }>`SELECT execution_id FROM energy.hedge_fill WHERE execution_id = ANY (${executionIds}::text[])`;
  return new Set(rows.map((row) => row.execution_id));
}

export async function addFills(tx: Tx, fills: readonly Fill[]): Promise<void> {
  if (fills.length === 0) return;
  await tx.sql`
    INSERT INTO energy.hedge_fill (execution_id, order_id, trade_id, kilowatts, executed_at)
    SELECT * FROM unnest(${fills.map((fill) => fill.executionId)}::text[], ${fills.map((fill) => fill.orderId)}::uuid[], ${fills.map((fill) => fill.tradeId)}::uuid[],
      ${fills.map((fill) => fill.kilowatts)}::bigint[], ${fills.map((fill) => fill.executedAt)}::timestamptz[])`;
}

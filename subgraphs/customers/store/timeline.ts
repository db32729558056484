import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { EntryType, Recorded } from '../timeline/entry.ts';

/** In one statement, whatever their number. */
export async function recordEntries(tx: Tx, entries: readonly Recorded[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ id, seq, customerId, type, occurredAt, payload, performedBy, correlationId }) => ({
    event_id: id, position: seq.toString(), customer_id: customerId, type, occurred_at: occurredAt, payload, performed_by: performedBy, correlation_id: correlationId,
  }));
  await tx.query(
    `INSERT INTO customers.customer_event (event_id, position, customer_id, type, occurred_at, payload, performed_by, correlation_id)
     SELECT * FROM jsonb_to_recordset($1) AS r (event_id uuid, position bigint, customer_id uuid, type text, occurred_at timestamptz, payload jsonb, performed_by text, correlation_id text)`,
    [JSON.stringify(rows)],
  );
}

type Row = Readonly<{ event_id: string; position: bigint; customer_id: string; type: string; occurred_at: Date; payload: Record<string, unknown>; performed_by: string; correlation_id: string }>;

/** Entries before a place in the timeline, newest first; `types` null means all. */
export async function entriesOf(db: Queryable, customerId: string, { types, before, limit }: { types: readonly string[] | null; before: bigint | null; limit: number }): Promise<Recorded[]> {
  const rows = await db.sql<Row>`
    SELECT * FROM customers.customer_event
    WHERE customer_id = ${customerId} AND (${before}::bigint IS NULL OR position < ${before}) AND (${types}::text[] IS NULL OR type = ANY (${types}))
    ORDER BY position DESC LIMIT ${limit}`;
  return rows.map((row) => ({
    id: row.event_id, seq: row.position, customerId: row.customer_id, type: row.type as EntryType, occurredAt: row.occurred_at,
    payload: row.payload, performedBy: row.performed_by, correlationId: row.correlation_id,
  }));
}

import type { Db, Queryable, Tx } from '@stromgraph/kernel/database';
import type { MessageStatus } from '../messages/message.ts';

/** System time: a job that has not begun after this is taken for lost. */
const QUEUED_SECONDS = 300;
/** System time: a worker that has not settled after this is taken for dead. Sending again is harmless, the clearing house knows the idempotency key. */
const CLAIMED_SECONDS = 60;

export type Outgoing = Readonly<{
  id: string; contractId: string | null; transactionNumber: string; attempts: number; expiresAt: Date;
  /** In clear, or sealed under a customer's key; null when the customer was erased before. */
  content: { payload: string } | { customerId: string; payloadSealed: string | null };
}>;

/** Marks what is due as handed to the queue and names it. */
export async function takeForQueue(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    UPDATE market.message SET queued_until = clock_timestamp() + ${QUEUED_SECONDS} * interval '1 s'
    WHERE id IN (
      SELECT id FROM market.message
      WHERE status = 'PENDING' AND next_attempt_at <= platform.business_now() AND coalesce(queued_until, '-infinity') < clock_timestamp() AND coalesce(claimed_until, '-infinity') < clock_timestamp()
      ORDER BY next_attempt_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return rows.map(({ id }) => id);
}

/** Claims for this worker what nobody else sends. */
export async function claim(db: Queryable, ids: readonly string[]): Promise<Outgoing[]> {
  const rows = await db.sql<{ id: string; contract_id: string | null; customer_id: string; transaction_number: string; payload_sealed: string | null; payload: string | null; attempts: number; expires_at: Date }>`
    UPDATE market.message m SET claimed_until = clock_timestamp() + ${CLAIMED_SECONDS} * interval '1 s'
    FROM market.message_prepared p
    WHERE p.id = m.id AND m.id = ANY (${ids}::uuid[]) AND m.status = 'PENDING' AND coalesce(m.claimed_until, '-infinity') < clock_timestamp()
    RETURNING m.id, p.contract_id, p.customer_id, p.transaction_number, p.payload_sealed, p.payload, m.attempts, p.expires_at`;
  return rows.map((row) => ({
    id: row.id, contractId: row.contract_id, transactionNumber: row.transaction_number, attempts: row.attempts, expiresAt: row.expires_at,
    content: row.payload === null ? { customerId: row.customer_id, payloadSealed: row.payload_sealed } : { payload: row.payload },
  }));
}

/** For whoever comes next, as if they had been neither handed over nor claimed. */
export async function giveBack(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.sql`UPDATE market.message SET queued_until = NULL, claimed_until = NULL WHERE id = ANY (${ids}::uuid[]) AND status = 'PENDING'`;
}

export type Settlement = Readonly<{
  id: string; status: MessageStatus; ticketId: string | null; error: string | null; nextAttemptAt: Date | null; attempts: number;
}>;

/** Settles a batch in one statement; answers what changed. A message that a callback has moved on already only counts the try. */
export async function settleBatch(tx: Tx, settlements: readonly Settlement[], at: Date): Promise<string[]> {
  const column = <Key extends keyof Settlement>(key: Key) => settlements.map((one) => one[key]);
  const rows = await tx.sql<{ id: string; moved: boolean }>`
    UPDATE market.message m SET
      attempts = s.attempts, claimed_until = NULL, queued_until = NULL, last_error = CASE WHEN s.ticket_id IS NULL THEN s.error END,
      status = CASE WHEN m.status = 'PENDING' THEN s.status ELSE m.status END,
      ticket_id = coalesce(m.ticket_id, s.ticket_id),
      sent_at = CASE WHEN coalesce(m.ticket_id, s.ticket_id) IS NOT NULL THEN coalesce(m.sent_at, ${at}) END,
      settled_at = CASE WHEN m.status = 'PENDING' AND s.status NOT IN ('PENDING', 'SENT') THEN ${at} ELSE m.settled_at END,
      next_attempt_at = CASE WHEN m.status = 'PENDING' THEN s.next_attempt_at END
    FROM unnest(${column('id')}::uuid[], ${column('status')}::text[], ${column('ticketId')}::text[], ${column('error')}::text[], ${column('nextAttemptAt')}::timestamptz[], ${column('attempts')}::int[])
      AS s (id, status, ticket_id, error, next_attempt_at, attempts)
    WHERE m.id = s.id
    RETURNING m.id`;
  return rows.map(({ id }) => id);
}

export async function isBeingSent(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.sql`SELECT 1 FROM market.message WHERE id = ${id} AND claimed_until > clock_timestamp()`;
  return rows.length > 0;
}

/** Since when the oldest pending message waits; for the metric of queue age. */
export async function oldestPending(db: Db<any>): Promise<Date | null> {
  const [row] = await db.sql<{ at: Date | null }>`SELECT min(queued_at) AS at FROM market.message WHERE status = 'PENDING'`;
  return row?.at ?? null;
}

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Channel } from '../channels/channel.ts';
import type { Settlement } from '../messages/settle.ts';

/** System time: a job that has not begun after this is taken for lost. */
const QUEUED_SECONDS = 300;
/** System time: a worker that has not said anything for so long is taken for dead. */
const CLAIMED_SECONDS = 120;

/** Marks what is due as handed to the queue and names it. What is with the provider is nobody's to send. */
export async function takeForQueue(tx: Tx, channel: Channel, limit: number): Promise<string[]> {
  const rows = await tx.sql<{ id: string }>`
    UPDATE messaging.message SET queued_until = clock_timestamp() + ${QUEUED_SECONDS} * interval '1 s'
    WHERE id IN (
      SELECT id FROM messaging.message
      WHERE status = 'PENDING' AND channel = ${channel} AND next_retry_at <= platform.business_now() AND handed_over_at IS NULL
        AND coalesce(queued_until, '-infinity') < clock_timestamp() AND coalesce(claimed_until, '-infinity') < clock_timestamp()
      ORDER BY next_retry_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return rows.map(({ id }) => id);
}

/** Claims for one run of one worker what nobody else has; answers what it got. */
export async function claim(db: Queryable, ids: readonly string[], run: string): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`
    UPDATE messaging.message SET claimed_by = ${run}, claimed_until = clock_timestamp() + ${CLAIMED_SECONDS} * interval '1 s'
    WHERE id = ANY (${ids}::uuid[]) AND status = 'PENDING' AND handed_over_at IS NULL AND coalesce(claimed_until, '-infinity') < clock_timestamp() RETURNING id`;
  return rows.map(({ id }) => id);
}

/** The last word before the provider gets it: only what this returns may be sent, and never a second time without an answer. */
export async function markHandedOver(db: Queryable, ids: readonly string[], run: string): Promise<Set<string>> {
  const rows = await db.sql<{ id: string }>`
    UPDATE messaging.message SET handed_over_at = clock_timestamp(), attempts = attempts + 1, claimed_until = clock_timestamp() + ${CLAIMED_SECONDS} * interval '1 s'
    WHERE id = ANY (${ids}::uuid[]) AND claimed_by = ${run} AND handed_over_at IS NULL AND status = 'PENDING' RETURNING id`;
  return new Set(rows.map(({ id }) => id));
}

export type Settled = Settlement & Readonly<{ id: string; durationMs: number }>;
export type Changed = Readonly<{ id: string; customerId: string | null; templateId: string }>;

/** Settles a run in one statement; what somebody else has settled in the meantime stays. */
export async function settleRun(tx: Tx, run: string, all: readonly Settled[], at: Date): Promise<Changed[]> {
  const column = <Key extends keyof Settled>(key: Key) => all.map((one) => one[key]);
  const rows = await tx.sql<{ id: string; customer_id: string | null; template_id: string }>`
    WITH settlement AS (
      SELECT * FROM unnest(${column('id')}::uuid[], ${column('status')}::text[], ${column('attempts')}::int[], ${column('nextRetryAt')}::timestamptz[], ${column('unconfirmed')}::boolean[], ${column('providerId')}::text[],
        ${column('reason')}::text[], ${column('result')}::text[], ${column('resultCode')}::text[], ${column('durationMs')}::int[]) AS s (id, status, attempts, next_retry_at, unconfirmed, provider_id, reason, result, result_code, duration_ms)
    ), changed AS (
      UPDATE messaging.message m SET status = s.status, attempts = s.attempts, next_retry_at = s.next_retry_at, unconfirmed = s.unconfirmed, provider_id = coalesce(s.provider_id, m.provider_id), reason = left(s.reason, 1000),
        handed_over_at = CASE WHEN s.status <> 'PENDING' THEN m.handed_over_at END, queued_until = NULL, claimed_by = NULL, claimed_until = NULL,
        sent_at = CASE WHEN s.status = 'SENT' THEN ${at}::timestamptz END, settled_at = CASE WHEN s.status <> 'PENDING' THEN ${at}::timestamptz END
      FROM settlement s WHERE m.id = s.id AND m.claimed_by = ${run} AND m.status = 'PENDING'
      RETURNING m.id, m.customer_id, m.template_id
    ), logged AS (
      INSERT INTO messaging.send_log (message_id, attempt, result, result_code, duration_ms, at)
      SELECT s.id, s.attempts, s.result, left(s.result_code, 100), s.duration_ms, ${at}::timestamptz FROM settlement s JOIN changed USING (id) WHERE s.result IS NOT NULL
    )
    SELECT id, customer_id, template_id FROM changed`;
  return rows.map((row) => ({ id: row.id, customerId: row.customer_id, templateId: row.template_id }));
}

export type Stranded = Readonly<{ id: string; run: string; attempts: number }>;

/** What was with a provider when its worker ended. */
export async function lockStranded(tx: Tx, limit: number): Promise<Stranded[]> {
  const rows = await tx.sql<{ id: string; claimed_by: string; attempts: number }>`
    SELECT id, claimed_by, attempts FROM messaging.message
    WHERE status = 'PENDING' AND handed_over_at IS NOT NULL AND claimed_until < clock_timestamp() ORDER BY claimed_until LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  return rows.map((row) => ({ id: row.id, run: row.claimed_by, attempts: row.attempts }));
}

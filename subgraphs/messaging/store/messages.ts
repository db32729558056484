import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Channel } from '../channels/channel.ts';
import type { Message, MessageStatus, SendTry } from '../messages/message.ts';

type Row = {
  id: string; event_id: string; customer_id: string | null; recipient_id: string; template_id: string; channel: Channel; status: MessageStatus; payload_sealed: string | null; scheduled_at: Date;
  attempts: number; next_retry_at: Date | null; unconfirmed: boolean; provider_id: string | null; reason: string | null; created_at: Date; sent_at: Date | null;
};
const COLUMNS = 'id, event_id, customer_id, recipient_id, template_id, channel, status, payload_sealed, scheduled_at, attempts, next_retry_at, unconfirmed, provider_id, reason, created_at, sent_at';

export async function messagesById(db: Queryable, ids: readonly string[]): Promise<Message[]> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM messaging.message WHERE id = ANY ($1::uuid[])`, [ids]);
  return rows.map(toMessage);
}

export type MessageFilter = Readonly<{ customerId?: string | null; statuses?: readonly MessageStatus[] | null; channel?: Channel | null; ids?: readonly string[] }>;

/** Newest first; ids rise with time. One row more than asked for tells whether there is more. */
export async function messagesPage(db: Queryable, { customerId, statuses, channel, ids }: MessageFilter, first: number, after: string | null): Promise<Message[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM messaging.message
     WHERE ($1::uuid IS NULL OR customer_id = $1) AND ($2::text[] IS NULL OR status = ANY ($2)) AND ($3::text IS NULL OR channel = $3) AND ($4::uuid[] IS NULL OR id = ANY ($4)) AND ($5::uuid IS NULL OR id < $5)
     ORDER BY id DESC LIMIT $6`,
    [customerId ?? null, statuses ?? null, channel ?? null, ids ?? null, after, first + 1],
  );
  return rows.map(toMessage);
}

export async function triesOf(db: Queryable, messageIds: readonly string[]): Promise<SendTry[]> {
  const rows = await db.sql<{ message_id: string; attempt: number; result: SendTry['result']; result_code: string; duration_ms: number; at: Date }>`
    SELECT message_id, attempt, result, result_code, duration_ms, at FROM messaging.send_log WHERE message_id = ANY (${messageIds}::uuid[]) ORDER BY message_id, attempt`;
  return rows.map((row) => ({ messageId: row.message_id, attempt: row.attempt, result: row.result, resultCode: row.result_code, durationMs: row.duration_ms, at: row.at }));
}

export type NewMessage = Readonly<
  Pick<Message, 'id' | 'eventId' | 'customerId' | 'recipientId' | 'templateId' | 'channel' | 'payloadSealed'> & { status: 'PENDING' | 'SENT' | 'SUPPRESSED'; reason: string | null; at: Date }
>;

/** Stores a message; false when the event has made one for this recipient on this channel before. */
export async function insertMessage(tx: Tx, message: NewMessage): Promise<boolean> {
  const { status, at } = message;
  const rows = await tx.sql`
    INSERT INTO messaging.message (id, event_id, customer_id, recipient_id, template_id, channel, status, payload_sealed, scheduled_at, next_retry_at, reason, created_at, sent_at, settled_at)
    VALUES (${message.id}, ${message.eventId}, ${message.customerId}, ${message.recipientId}, ${message.templateId}, ${message.channel}, ${status}, ${message.payloadSealed}, ${at},
            ${status === 'PENDING' ? at : null}, ${message.reason}, ${at}, ${status === 'SENT' ? at : null}, ${status === 'PENDING' ? null : at})
    ON CONFLICT (event_id, channel, recipient_id) DO NOTHING RETURNING id`;
  return rows.length > 0;
}

const toMessage = (row: Row): Message => ({
  id: row.id, eventId: row.event_id, customerId: row.customer_id, recipientId: row.recipient_id, templateId: row.template_id, channel: row.channel, status: row.status, payloadSealed: row.payload_sealed,
  scheduledAt: row.scheduled_at, attempts: row.attempts, nextRetryAt: row.next_retry_at, unconfirmed: row.unconfirmed, providerId: row.provider_id, reason: row.reason, createdAt: row.created_at, sentAt: row.sent_at,
});

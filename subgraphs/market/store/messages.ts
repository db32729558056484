import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Id } from '@stromgraph/kernel/ids';
import type { MarketMessage, MessageStatus, Outcome } from '../messages/message.ts';

type Row = {
  id: string; message_type: string; malo_id: string | null; balancing_group_code: string | null; sequence: number; process_id: string; contract_id: string | null; partner_code: string;
  document_number: string; transaction_number: string; status: MessageStatus; ticket_id: string | null; attempts: number; next_attempt_at: Date | null; last_error: string | null;
  queued_at: Date; sent_at: Date | null; settled_at: Date | null; deadline_at: Date; expires_at: Date; late_since: Date | null;
  outcome: Outcome | null; outcome_code_list: string | null; outcome_code: string | null; answered_at: Date | null;
};

const COLUMNS = `m.id, m.message_type, m.malo_id, m.balancing_group_code, m.sequence, p.process_id, p.contract_id, p.partner_code, p.document_number, p.transaction_number, m.status, m.ticket_id, m.attempts,
  m.next_attempt_at, m.last_error, m.queued_at, m.sent_at, m.settled_at, p.deadline_at, p.expires_at, m.late_since, m.outcome, m.outcome_code_list, m.outcome_code, m.answered_at`;
const FROM = 'market.message m JOIN market.message_prepared p ON p.id = m.id';

export async function messagesById(db: Queryable, ids: readonly string[]): Promise<MarketMessage[]> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM ${FROM} WHERE m.id = ANY ($1::uuid[])`, [ids]);
  return rows.map(toMessage);
}

export type MessageFilter = Readonly<{
  statuses?: readonly MessageStatus[] | null; outcomes?: readonly Outcome[] | null; contractId?: string | null; processId?: string | null;
  maloId?: string | null; balancingGroupCode?: string | null; messageType?: string | null; late?: boolean | null; ids?: readonly string[];
}>;

/** Newest first; ids rise with time. One row more than asked for tells whether there is more. */
export async function messagesPage(db: Queryable, filter: MessageFilter, first: number, after: string | null): Promise<MarketMessage[]> {
  const values: unknown[] = [];
  const wanted = (condition: string, value: unknown) => (value == null ? [] : [condition.replace('?', `$${values.push(value)}`)]);
  const conditions = [
    ...wanted('m.id < ?::uuid', after),
    ...wanted('m.id = ANY (?::uuid[])', filter.ids),
    ...wanted('m.status = ANY (?::text[])', filter.statuses),
    ...wanted('m.outcome = ANY (?::text[])', filter.outcomes),
    ...wanted('p.contract_id = ?::uuid', filter.contractId),
    ...wanted('p.process_id = ?::uuid', filter.processId),
    ...wanted('m.malo_id = ?', filter.maloId),
    ...wanted('m.balancing_group_code = ?', filter.balancingGroupCode),
    ...wanted('m.message_type = ?', filter.messageType),
    ...wanted('(m.late_since IS NOT NULL) = ?', filter.late),
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM ${FROM} ${where} ORDER BY m.id DESC LIMIT $${values.push(first + 1)}`, values);
  return rows.map(toMessage);
}

export type NewMessage = Readonly<{
  id: Id<'market-message'>; messageType: string; maloId: string | null; balancingGroupCode: string | null; processId: string; contractId: string | null; customerId: string | null; partnerCode: string;
  documentNumber: string; transactionNumber: string; payloadSealed: string | null; payload: string | null; deadlineAt: Date; expiresAt: Date; preparedAt: Date;
}>;

/** Stores a message that is to be sent at once. It takes the next number of its type and of what it is about. */
export async function insertMessage(tx: Tx, message: NewMessage): Promise<void> {
  const { id, messageType, maloId, balancingGroupCode: group, preparedAt } = message;
  const subject = maloId ?? group;
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`market message ${messageType} ${subject}`}, 0))`;
  await tx.sql`
    INSERT INTO market.message_prepared (id, message_type, malo_id, balancing_group_code, sequence, process_id, contract_id, customer_id, partner_code, document_number, transaction_number, payload_sealed, payload, deadline_at, expires_at, prepared_at)
    SELECT ${id}, ${messageType}, ${maloId}, ${group}, coalesce(max(sequence), 0) + 1, ${message.processId}, ${message.contractId}, ${message.customerId}, ${message.partnerCode},
           ${message.documentNumber}, ${message.transactionNumber}, ${message.payloadSealed}, ${message.payload}, ${message.deadlineAt}, ${message.expiresAt}, ${preparedAt}
    FROM market.message WHERE message_type = ${messageType} AND subject = ${subject}`;
  await tx.sql`
    INSERT INTO market.message (id, message_type, malo_id, balancing_group_code, sequence, status, next_attempt_at, queued_at)
    SELECT id, message_type, malo_id, balancing_group_code, sequence, 'PENDING', prepared_at, prepared_at FROM market.message_prepared WHERE id = ${id}`;
}

/** Locks the message that a ticket or one of its numbers names; null when it is none of ours. */
export async function lockMessageOf(tx: Tx, by: { ticketId: string | null; transactionNumber: string | null }): Promise<MarketMessage | null> {
  const { rows } = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE p.transaction_number = $1 OR m.ticket_id = $2 ORDER BY (p.transaction_number = $1) DESC LIMIT 1 FOR UPDATE OF m`,
    [by.transactionNumber, by.ticketId],
  );
  return rows[0] ? toMessage(rows[0]) : null;
}

export async function lockMessage(tx: Tx, id: string): Promise<MarketMessage | null> {
  const { rows } = await tx.query<Row>(`SELECT ${COLUMNS} FROM ${FROM} WHERE m.id = $1 FOR UPDATE OF m`, [id]);
  return rows[0] ? toMessage(rows[0]) : null;
}

/** An acknowledgement, or the end of a message without one. A callback that overtook our own call brings the ticket. */
export async function settleMessage(tx: Tx, { id }: MarketMessage, to: { status: MessageStatus; ticketId: string | null; error: string | null; at: Date }): Promise<void> {
  await tx.sql`
    UPDATE market.message SET status = ${to.status}, ticket_id = coalesce(ticket_id, ${to.ticketId}), sent_at = CASE WHEN coalesce(ticket_id, ${to.ticketId}) IS NOT NULL THEN coalesce(sent_at, ${to.at}) END,
      settled_at = ${to.at}, next_attempt_at = NULL, queued_until = NULL, claimed_until = NULL, last_error = coalesce(${to.error}, last_error)
    WHERE id = ${id}`;
}

/** What the market answered; the first answer stays. */
export async function recordAnswer(tx: Tx, { id }: MarketMessage, { outcome, codeList, code, at }: { outcome: Outcome; codeList: string | null; code: string | null; at: Date }): Promise<void> {
  const whole = codeList !== null && code !== null;
  await tx.sql`UPDATE market.message SET outcome = ${outcome}, outcome_code_list = ${whole ? codeList : null}, outcome_code = ${whole ? code : null}, answered_at = ${at} WHERE id = ${id}`;
}

export async function markLate(tx: Tx, { id }: MarketMessage, at: Date): Promise<void> {
  await tx.sql`UPDATE market.message SET late_since = ${at} WHERE id = ${id} AND late_since IS NULL`;
}

function toMessage(row: Row): MarketMessage {
  return {
    id: row.id, messageType: row.message_type, maloId: row.malo_id, balancingGroupCode: row.balancing_group_code, sequence: row.sequence, processId: row.process_id, contractId: row.contract_id, partnerCode: row.partner_code,
    documentNumber: row.document_number, transactionNumber: row.transaction_number, status: row.status, ticketId: row.ticket_id, attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at, lastError: row.last_error, queuedAt: row.queued_at, sentAt: row.sent_at, settledAt: row.settled_at, deadlineAt: row.deadline_at, expiresAt: row.expires_at,
    lateSince: row.late_since,
    answer: row.outcome && row.answered_at ? { outcome: row.outcome, codeList: row.outcome_code_list, code: row.outcome_code, answeredAt: row.answered_at } : null,
  };
}

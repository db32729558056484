import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import { openText, sealText } from './vault.ts';

export type InboundStatus = 'RECEIVED' | 'APPLIED' | 'DUPLICATE' | 'MANUAL';
export type NewInbound = Readonly<{
  id: string; kind: 'ACKNOWLEDGEMENT' | 'MARKET_MESSAGE' | 'MALO_IDENT' | 'OTHER'; cursor: bigint; arrivedBy: 'WEBHOOK' | 'POLL'; body: string; occurredAt: Date;
  document: Readonly<{ senderCode: string; documentNumber: string; transactionNumber: string }> | null;
}>;

/** Stores what came in; false when it is known already, by whichever way it came. */
export async function insertInbound(tx: Tx, keyring: Keyring, inbound: NewInbound, at: Date): Promise<boolean> {
  const { document } = inbound;
  const sealed = sealText(keyring, inbound.body, `market.inbound_message:${inbound.id}:body`);
  const rows = await tx.sql`
    INSERT INTO market.inbound_message (id, kind, provider_cursor, arrived_by, sender_code, document_number, transaction_number, body, key_version, occurred_at, received_at)
    VALUES (${inbound.id}, ${inbound.kind}, ${inbound.cursor}, ${inbound.arrivedBy}, ${document?.senderCode ?? null}, ${document?.documentNumber ?? null}, ${document?.transactionNumber ?? null},
            ${sealed.text}, ${sealed.keyVersion}, ${inbound.occurredAt}, ${at})
    ON CONFLICT (id) DO NOTHING RETURNING id`;
  return rows.length > 0;
}

export type Inbound = Readonly<{ id: string; kind: NewInbound['kind']; body: string; document: NewInbound['document'] }>;

/** Locks what came in and has had no effect yet; null when somebody was quicker. */
export async function lockInbound(tx: Tx, keyring: Keyring, id: string): Promise<Inbound | null> {
  const [row] = await tx.sql<{ id: string; kind: NewInbound['kind']; body: Buffer; key_version: number; sender_code: string | null; document_number: string; transaction_number: string }>`
    SELECT id, kind, body, key_version, sender_code, document_number, transaction_number FROM market.inbound_message WHERE id = ${id} AND status = 'RECEIVED' FOR UPDATE`;
  if (!row) return null;
  const body = openText(keyring, { text: row.body, keyVersion: row.key_version }, `market.inbound_message:${row.id}:body`);
  const document = row.sender_code === null ? null : { senderCode: row.sender_code, documentNumber: row.document_number, transactionNumber: row.transaction_number };
  return { id: row.id, kind: row.kind, body, document };
}

export async function settleInbound(tx: Tx, id: string, { status, messageId, note, at }: { status: Exclude<InboundStatus, 'RECEIVED'>; messageId: string | null; note: string | null; at: Date }): Promise<void> {
  await tx.sql`UPDATE market.inbound_message SET status = ${status}, message_id = ${messageId}, note = ${note}, applied_at = ${at} WHERE id = ${id}`;
}

/** Whether another delivery of the same document has had its effect. The lock makes a parallel one wait. */
export async function isKnownDocument(tx: Tx, { senderCode, documentNumber, transactionNumber }: NonNullable<NewInbound['document']>): Promise<boolean> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['market document', senderCode, documentNumber, transactionNumber])}, 0))`;
  const rows = await tx.sql`
    SELECT 1 FROM market.inbound_message
    WHERE sender_code = ${senderCode} AND document_number = ${documentNumber} AND transaction_number = ${transactionNumber} AND status IN ('APPLIED', 'MANUAL')`;
  return rows.length > 0;
}

/** What was stored and then left, because a worker died or the queue forgot. */
export async function leftInbound(db: Queryable, limit: number): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`SELECT id FROM market.inbound_message WHERE status = 'RECEIVED' ORDER BY received_at, provider_cursor LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

/** Remembers a signed call; false when this very call was accepted before. */
export async function insertReceipt(tx: Tx, { id, signedAt }: { id: string; signedAt: Date }, at: Date): Promise<boolean> {
  const rows = await tx.sql`INSERT INTO market.webhook_receipt VALUES (${id}, ${signedAt}, ${at}) ON CONFLICT DO NOTHING RETURNING webhook_id`;
  return rows.length > 0;
}

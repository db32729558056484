import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import type { Keyring } from '@stromgraph/kernel/seal';
import type { Channel } from '../channels/channel.ts';
import type { Contact, Locale, Recipient } from '../recipients/recipient.ts';
import { contactPlace, openAll, sealFor } from './sealed.ts';

type Row = { id: string; kind: Recipient['kind']; customer_id: string | null; contact_sealed: string | null; locale: Locale; opted_out: Channel[]; suppressed: Channel[] };
const COLUMNS = 'id, kind, customer_id, contact_sealed, locale, opted_out, suppressed';

export async function recipientOfCustomer(db: Queryable, customerId: string): Promise<Recipient | null> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM messaging.recipient WHERE customer_id = $1`, [customerId]);
  return rows[0] ? toRecipient(rows[0]) : null;
}

export async function recipientsById(db: Queryable, ids: readonly string[]): Promise<Recipient[]> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM messaging.recipient WHERE id = ANY ($1::uuid[])`, [ids]);
  return rows.map(toRecipient);
}

/** Contact data in the order of the recipients; null where there are none, or the customer's key is gone. */
export async function contactsOf(db: Queryable, keyring: Keyring, recipients: readonly Recipient[]): Promise<(Contact | null)[]> {
  const opened = await openAll(db, keyring, recipients.map(({ id, customerId, contactSealed }) => ({ customerId, sealed: contactSealed, place: contactPlace(id) })));
  return opened.map((text) => (text === null ? null : (JSON.parse(text) as Contact)));
}

/** What another domain told of a customer replaces what was known. A new mail address is worth a new try. */
export async function saveCustomer(tx: Tx, keyring: Keyring, { customerId, contact, locale }: { customerId: string; contact: Contact; locale: Locale }, at: Date): Promise<Recipient> {
  const known = await recipientOfCustomer(tx, customerId);
  const [before] = known ? await contactsOf(tx, keyring, [known]) : [];
  const id = known?.id ?? newId<'recipient'>();
  const contactSealed = await sealFor(tx, keyring, { customerId, place: contactPlace(id) }, JSON.stringify(contact));
  const isNewAddress = before?.email?.toLowerCase() !== contact.email?.toLowerCase();
  const { rows } = await tx.query<Row>(
    `INSERT INTO messaging.recipient AS r (id, kind, customer_id, contact_sealed, locale, updated_at) VALUES ($1, 'CUSTOMER', $2, $3, $4, $5)
     ON CONFLICT (customer_id) DO UPDATE SET contact_sealed = excluded.contact_sealed, locale = excluded.locale, updated_at = excluded.updated_at,
       suppressed = CASE WHEN $6 THEN array_remove(r.suppressed, 'EMAIL') ELSE r.suppressed END,
       suppressed_at = CASE WHEN $6 AND r.suppressed <@ ARRAY['EMAIL'] THEN NULL ELSE r.suppressed_at END,
       suppressed_reason = CASE WHEN $6 AND r.suppressed <@ ARRAY['EMAIL'] THEN NULL ELSE r.suppressed_reason END
     RETURNING ${COLUMNS}`,
    [id, customerId, contactSealed, locale, at, isNewAddress],
  );
  return toRecipient(rows[0]!);
}

/** All of the staff who hold a scope are one recipient. */
export async function staffWith(tx: Tx, scope: string, at: Date): Promise<Recipient> {
  const { rows } = await tx.query<Row>(
    `INSERT INTO messaging.recipient (id, kind, audience, locale, updated_at) VALUES ($1, 'STAFF', $2, 'de-DE', $3)
     ON CONFLICT (audience) DO UPDATE SET updated_at = recipient.updated_at RETURNING ${COLUMNS}`,
    [idOf('recipient', `staff ${scope}`), scope, at],
  );
  return toRecipient(rows[0]!);
}

/** The address of a test mail. */
export async function testRecipient(tx: Tx, keyring: Keyring, { email, locale }: { email: string; locale: Locale }, at: Date): Promise<Recipient> {
  const id = idOf('recipient', `test ${email.toLowerCase()}`);
  const contact: Contact = { firstName: null, lastName: null, company: null, email, phone: null };
  const contactSealed = await sealFor(tx, keyring, { customerId: null, place: contactPlace(id) }, JSON.stringify(contact));
  const { rows } = await tx.query<Row>(
    `INSERT INTO messaging.recipient (id, kind, contact_sealed, locale, updated_at) VALUES ($1, 'TEST', $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET contact_sealed = excluded.contact_sealed, locale = excluded.locale, updated_at = excluded.updated_at RETURNING ${COLUMNS}`,
    [id, contactSealed, locale, at],
  );
  return toRecipient(rows[0]!);
}

/** Nobody writes to an address again that does not exist. */
export async function suppress(tx: Tx, recipientIds: readonly string[], channel: Channel, reason: string, at: Date): Promise<void> {
  await tx.sql`
    UPDATE messaging.recipient SET suppressed = array_append(suppressed, ${channel}), suppressed_at = coalesce(suppressed_at, ${at}), suppressed_reason = coalesce(suppressed_reason, ${reason})
    WHERE id = ANY (${recipientIds}::uuid[]) AND NOT suppressed @> ARRAY[${channel}]`;
}

const toRecipient = (row: Row): Recipient => ({
  id: row.id, kind: row.kind, customerId: row.customer_id, contactSealed: row.contact_sealed, locale: row.locale, optedOut: row.opted_out, suppressed: row.suppressed,
});

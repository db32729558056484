import type { Queryable } from '@stromgraph/kernel/database';
import type { Keyring } from '@stromgraph/kernel/seal';
import { isMailAddress, type Sender } from '../channels/mail-header.ts';
import type { Mail } from '../clients/smtp.ts';
import { refusalOf } from '../consent/refusal.ts';
import type { Message } from '../messages/message.ts';
import type { Delivery } from '../messages/settle.ts';
import { nameOf } from '../recipients/greeting.ts';
import type { Contact, Recipient } from '../recipients/recipient.ts';
import { messagesById } from '../store/messages.ts';
import { contactsOf, recipientsById } from '../store/recipients.ts';
import { openAll, payloadPlace } from '../store/sealed.ts';
import { templatesById } from '../store/templates.ts';
import { render, type Rendered } from '../templates/render.ts';
import type { Template } from '../templates/template.ts';
import type { Variables } from '../templates/variables.ts';

export type Composed = Readonly<{ id: string; recipientId: string; attempts: number } & ({ mail: Mail } | { mail: null; refused: Delivery })>;

/** Renders messages, or says why one cannot or must not be sent: consent and address are looked at again just before. */
export async function composeMails(db: Queryable, keyring: Keyring, sender: Sender, ids: readonly string[]): Promise<Composed[]> {
  return (await openMessages(db, keyring, ids)).map((one) => ({ id: one.message.id, recipientId: one.recipient.id, attempts: one.message.attempts, ...compose(one, sender) }));
}

function compose({ message, recipient, contact, template, given }: Opened, sender: Sender): { mail: Mail } | { mail: null; refused: Delivery } {
  if (given === null) return { mail: null, refused: { kind: 'SUPPRESSED', reason: 'the data of the customer were erased' } };
  const address = contact?.email ?? '';
  const refusal = refusalOf(recipient, message.channel, { legal: template.legal, hasAddress: isMailAddress(address) });
  if (refusal) return { mail: null, refused: { kind: 'SUPPRESSED', reason: refusal } };
  try {
    const { subject, html, text } = rendered({ template, recipient, contact, given }, sender);
    return { mail: { messageId: message.id, to: { name: nameOf(contact!), address }, subject: subject ?? '', html: html ?? '', text, locale: template.locale } };
  } catch (error) {
    return { mail: null, refused: { kind: 'UNUSABLE', reason: `the template cannot be rendered: ${error instanceof Error ? error.message : String(error)}` } };
  }
}

export type Opened = Readonly<{ message: Message; recipient: Recipient; contact: Contact | null; template: Template; given: Variables | null }>;

/** Messages with all that belongs to them, in no particular order. `given` is null once the customer was erased. */
export async function openMessages(db: Queryable, keyring: Keyring, ids: readonly string[]): Promise<Opened[]> {
  const messages = await messagesById(db, ids);
  const recipients = await recipientsById(db, [...new Set(messages.map(({ recipientId }) => recipientId))]);
  const contacts = await contactsOf(db, keyring, recipients);
  const templates = new Map((await templatesById(db, [...new Set(messages.map(({ templateId }) => templateId))])).map((template) => [template.id, template]));
  const payloads = await openAll(db, keyring, messages.map(({ id, customerId, payloadSealed }) => ({ customerId, sealed: payloadSealed, place: payloadPlace(id) })));
  const byId = new Map(recipients.map((recipient, index) => [recipient.id, { recipient, contact: contacts[index] ?? null }]));
  return messages.map((message, index) => {
    const payload = payloads[index] ?? null;
    return { message, ...byId.get(message.recipientId)!, template: templates.get(message.templateId)!, given: payload === null ? null : (JSON.parse(payload) as Variables) };
  });
}

/** A test mail says that it is one. */
export function rendered({ template, recipient, contact, given }: { template: Template; recipient: Pick<Recipient, 'kind'>; contact: Contact | null; given: Variables }, { name }: Sender): Rendered {
  const whole = render(template, { variables: template.variables, given, contact, locale: template.locale, sender: name });
  return recipient.kind === 'TEST' ? { ...whole, subject: `[Test] ${whole.subject ?? ''}` } : whole;
}

import { MessageChanged, NotificationFailed, NotificationSent } from '@stromgraph/events/messaging';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { type Id, newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import type { Keyring } from '@stromgraph/kernel/seal';
import { isMailAddress } from '../channels/mail-header.ts';
import { refusalOf } from '../consent/refusal.ts';
import type { Contact, Recipient } from '../recipients/recipient.ts';
import { insertMessage } from '../store/messages.ts';
import { payloadPlace, sealFor } from '../store/sealed.ts';
import type { Template } from '../templates/template.ts';
import type { Variables } from '../templates/variables.ts';

export type Letter = Readonly<{ eventId: string; recipient: Recipient; contact: Contact | null; template: Template; given: Variables; at: Date; wake: 'events' | 'requests' }>;

/**
 * Stores a message, to be sent or, where consent or an address is missing, to be seen as suppressed. Null when the same
 * event has made it before. What staff read in the application has arrived by being stored.
 */
export async function writeMessage(tx: Tx, keyring: Keyring, { eventId, recipient, contact, template, given, at, wake }: Letter): Promise<Id<'message'> | null> {
  const { channel } = template;
  const id = newId<'message'>();
  const { customerId } = recipient;
  const refusal = refusalOf(recipient, channel, { legal: template.legal, hasAddress: isMailAddress(contact?.email ?? '') });
  const status = refusal ? 'SUPPRESSED' : channel === 'IN_APP' ? 'SENT' : 'PENDING';
  const payloadSealed = await sealFor(tx, keyring, { customerId, place: payloadPlace(id) }, JSON.stringify(given));
  const fresh = await insertMessage(tx, { id, eventId, customerId, recipientId: recipient.id, templateId: template.id, channel, status, payloadSealed, reason: refusal, at });
  if (!fresh) return null;
  const about = { aggregateType: 'message', aggregateId: id };
  const notification = { messageId: id, customerId, template: template.name, channel, at: at.toISOString() };
  if (status === 'SENT') await publish(tx, NotificationSent, { ...about, data: notification });
  if (refusal) await publish(tx, NotificationFailed, { ...about, data: { ...notification, reason: refusal } });
  await publish(tx, MessageChanged, { ...about, data: { messageId: id, customerId } });
  if (status === 'PENDING') await schedule(tx, { kind: 'dispatch', subject: alarmOf(wake, customerId), dueAt: at });
  return id;
}

/** Which row wakes the dispatch. Requests come many at a time and each holds its row until it commits: they share sixteen, by customer. */
const alarmOf = (wake: Letter['wake'], customerId: string | null): string => (wake === 'requests' ? `requests ${(customerId ?? newId()).at(-1)}` : wake);

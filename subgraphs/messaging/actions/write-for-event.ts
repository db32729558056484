import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import type { Event } from '@stromgraph/kernel/event';
import type { Tools } from '@stromgraph/kernel/runtime';
import type { Recipient } from '../recipients/recipient.ts';
import { contactsOf, recipientOfCustomer, staffWith } from '../store/recipients.ts';
import { type Mapping, mappingsOf, validTemplates } from '../store/templates.ts';
import type { Template } from '../templates/template.ts';
import { checkVariables, type Variables } from '../templates/variables.ts';
import { writeMessage } from './write.ts';

/** Writes what the mapping says an event is worth. A template that is missing, or wants what the event does not tell, parks the event. */
export async function writeForEvent(tx: Tx, { keyring, log }: Tools, { event, customerId, given }: { event: Event<any>; customerId: string | null; given: Variables }): Promise<void> {
  const at = await businessNow(tx);
  for (const mapping of await mappingsOf(tx, event.name)) {
    const recipient = mapping.audience !== null ? await staffWith(tx, mapping.audience, at) : customerId === null ? null : await recipientOfCustomer(tx, customerId);
    if (!recipient) {
      log.warn({ eventId: event.id, customerId, template: mapping.templateName }, 'an event is about a customer whose contact data were never told');
      continue;
    }
    const template = await templateFor(tx, mapping, recipient, at);
    const told = pick(template, given);
    const { missing, faults } = checkVariables(template.variables, told);
    if (missing.length + faults.length > 0) throw new Error(`${event.name} does not fit the template ${template.name}: ${[...missing, ...faults.map(({ path, fault }) => `${path} ${fault}`)].join(', ')}`);
    const [contact = null] = await contactsOf(tx, keyring, [recipient]);
    await writeMessage(tx, keyring, { eventId: event.id, recipient, contact, template, given: told, at, wake: 'events' });
  }
}

async function templateFor(tx: Tx, { templateName, channel }: Mapping, { locale }: Recipient, at: Date): Promise<Template> {
  const template = (await validTemplates(tx, { name: templateName, locale, at })).find((one) => one.channel === channel);
  if (!template) throw new Error(`there is no valid template ${templateName} for ${channel}`);
  return template;
}

/** An event may tell more than a template says. */
const pick = ({ variables }: Template, given: Variables): Variables => Object.fromEntries(variables.flatMap(({ name }) => (given[name] === undefined ? [] : [[name, given[name]]])));

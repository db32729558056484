import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { isId, newId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { fault, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import { z } from 'zod';
import { type Channel, CHANNELS } from '../channels/channel.ts';
import { isMailAddress, type Sender } from '../channels/mail-header.ts';
import { type Refusal, refusalOf } from '../consent/refusal.ts';
import type { Contact, Recipient } from '../recipients/recipient.ts';
import { contactsOf, recipientOfCustomer } from '../store/recipients.ts';
import { validTemplates } from '../store/templates.ts';
import type { Rendered } from '../templates/render.ts';
import type { Template } from '../templates/template.ts';
import { checkVariables, type Variables } from '../templates/variables.ts';
import { rendered } from './compose.ts';
import { writeMessage } from './write.ts';

export const MAX_KEY = 255;
const Input = z.object({
  idempotencyKey: z.string().min(1).max(MAX_KEY),
  customerId: z.string(),
  template: z.string().min(1).max(60),
  channels: z.array(z.enum(CHANNELS)).min(1).max(CHANNELS.length).nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  dryRun: z.boolean(),
});
type Input = z.infer<typeof Input>;

export type Preview = Rendered & Readonly<{ channel: Channel; locale: string; template: Template }>;
type Plan = Readonly<{ recipient: Recipient; contact: Contact | null; templates: readonly Template[]; given: Variables; previews: readonly Preview[] }>;
export type Desk = Readonly<{ db: Db<any>; keyring: Keyring; sender: Sender; actorId: string }>;

/** Writes to a customer once per key; a dry run only shows what would be written. */
export async function notifyCustomer({ db, keyring, sender, actorId }: Desk, raw: unknown) {
  const input = parseInput(Input, raw);
  if (isProblem(input)) return input;
  const { idempotencyKey: key, dryRun, ...body } = input;
  return transact(db, async (tx) => {
    if (dryRun) {
      const plan = await planFor(tx, keyring, sender, input);
      return isProblem(plan) ? plan : { messageIds: [], previews: plan.previews };
    }
    const outcome = await once(tx, { key, operation: 'notifyCustomer', actor: actorId, body }, async () => {
      const plan = await planFor(tx, keyring, sender, input);
      return isProblem(plan) ? plan : { messageIds: await writeAll(tx, keyring, plan) };
    });
    return isProblem(outcome) ? outcome : { messageIds: outcome.response.messageIds, previews: null };
  });
}

async function writeAll(tx: Tx, keyring: Keyring, { recipient, contact, templates, given }: Plan): Promise<string[]> {
  const [eventId, at] = [newId(), await businessNow(tx)];
  const ids: string[] = [];
  for (const template of templates) ids.push((await writeMessage(tx, keyring, { eventId, recipient, contact, template, given, at, wake: 'requests' }))!);
  return ids;
}

/** Everything that can go wrong goes wrong here, before anything is stored. */
async function planFor(tx: Tx, keyring: Keyring, sender: Sender, { customerId, template: name, channels, variables }: Input) {
  const recipient = isId(customerId) ? await recipientOfCustomer(tx, customerId) : null;
  if (!recipient) return problem('CustomerNotFound', `There is no customer ${customerId}.`, { customerId });
  const published = await validTemplates(tx, { name, locale: recipient.locale, at: await businessNow(tx) });
  if (published.length === 0) return problem('TemplateNotFound', `There is no template ${name}.`, { template: name });
  const [contact = null] = await contactsOf(tx, keyring, [recipient]);
  const wanted = [...new Set(channels ?? published.map(({ channel }) => channel))];
  const judged = wanted.map((channel) => judge(channel, published.find((one) => one.channel === channel), recipient, contact));
  const templates = judged.flatMap(({ template, reason }) => (template && !reason ? [template] : []));
  if (templates.length === 0) {
    const refusals = judged.map(({ channel, reason }) => ({ channel, reason: reason! }));
    return problem('NoChannelAllowed', `The customer cannot be written to: ${refusals.map(({ channel, reason }) => `${channel} ${reason}`).join(', ')}.`, { refusals });
  }
  const checked = templates.map((template) => checkVariables(template.variables, variables ?? {}));
  const missing = [...new Set(checked.flatMap((one) => one.missing))];
  if (missing.length > 0) return problem('VariablesMissing', `Nothing was given for ${missing.join(', ')}.`, { missing });
  const faults = checked.flatMap((one) => one.faults);
  if (faults.length > 0) return invalid(faults);
  const given = (variables ?? {}) as Variables;
  try {
    const previews = templates.map((template) => ({ channel: template.channel, locale: template.locale, template, ...rendered({ template, recipient, contact, given }, sender) }));
    return { recipient, contact, templates, given, previews } satisfies Plan;
  } catch (error) {
    return invalid([fault('variables', `the template cannot be rendered with them: ${error instanceof Error ? error.message : String(error)}`)]);
  }
}

function judge(channel: Channel, template: Template | undefined, recipient: Recipient, contact: Contact | null): { channel: Channel; template: Template | undefined; reason: Refusal | 'NO_TEMPLATE' | null } {
  if (!template) return { channel, template, reason: refusalOf(recipient, channel, { legal: true, hasAddress: true }) === 'NO_ADAPTER' ? 'NO_ADAPTER' : 'NO_TEMPLATE' };
  return { channel, template, reason: refusalOf(recipient, channel, { legal: template.legal, hasAddress: isMailAddress(contact?.email ?? '') }) };
}

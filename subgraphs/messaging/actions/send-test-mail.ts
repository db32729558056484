import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { newId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import { z } from 'zod';
import { isMailAddress } from '../channels/mail-header.ts';
import { LOCALES } from '../recipients/recipient.ts';
import { contactsOf, testRecipient } from '../store/recipients.ts';
import { validTemplates } from '../store/templates.ts';
import { checkVariables, type Variables } from '../templates/variables.ts';
import { type Desk, MAX_KEY } from './notify-customer.ts';
import { writeMessage } from './write.ts';

const Input = z.object({
  idempotencyKey: z.string().min(1).max(MAX_KEY),
  template: z.string().min(1).max(60),
  locale: z.enum(LOCALES),
  to: z.string().refine(isMailAddress, 'is not one mail address'),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Sends a template to an address, with its examples where nothing is given, so that somebody can look at it in a real mail program. */
export async function sendTestMail({ db, keyring, actorId }: Desk, raw: unknown) {
  const input = parseInput(Input, raw);
  if (isProblem(input)) return input;
  const { idempotencyKey: key, ...body } = input;
  return transact(db, (tx) =>
    once(tx, { key, operation: 'sendTestMail', actor: actorId, body }, async () => {
      const at = await businessNow(tx);
      const template = (await validTemplates(tx, { name: input.template, locale: input.locale, at })).find(({ channel }) => channel === 'EMAIL');
      if (!template) return problem('TemplateNotFound', `There is no template ${input.template} for mails.`, { template: input.template });
      const given = { ...Object.fromEntries(template.variables.map(({ name, example }) => [name, example])), ...input.variables };
      const { faults, missing } = checkVariables(template.variables, given);
      if (faults.length + missing.length > 0) return invalid([...faults, ...missing.map((name) => ({ path: `variables.${name}`, fault: 'is null', allowed: null }))]);
      const recipient = await testRecipient(tx, keyring, { email: input.to, locale: input.locale }, at);
      const [contact = null] = await contactsOf(tx, keyring, [recipient]);
      const messageId = await writeMessage(tx, keyring, { eventId: newId(), recipient, contact, template, given: given as Variables, at, wake: 'requests' });
      return { messageId: messageId! as string };
    }),
  );
}

import { requireActor } from '@stromgraph/kernel/auth';
import { wakeDue } from '@stromgraph/kernel/due';
import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { openMessages, rendered } from '../actions/compose.ts';
import { type Desk, notifyCustomer } from '../actions/notify-customer.ts';
import { publishTemplate } from '../actions/publish-template.ts';
import { sendTestMail } from '../actions/send-test-mail.ts';
import type { Sender } from '../channels/mail-header.ts';
import type { DomainContext } from '../context.ts';

export const makeMutation = (sender: Sender): MutationResolvers => ({
  notifyCustomer: async (_, { input }, ctx) => {
    const outcome = await notifyCustomer(deskOf(ctx, sender), input);
    if (isProblem(outcome)) return outcome as never;
    if (outcome.messageIds.length > 0) await wake(ctx);
    const opened = await openMessages(ctx.db, ctx.keyring, outcome.messageIds);
    const previews = outcome.previews ?? opened.flatMap((one) => (one.given ? [{ channel: one.message.channel, locale: one.template.locale, template: one.template, ...rendered({ ...one, given: one.given }, sender) }] : []));
    return { messages: opened.map(({ message }) => message), previews: [...previews] };
  },
  sendTestMail: async (_, { input }, ctx) => {
    const outcome = await sendTestMail(deskOf(ctx, sender), input);
    if (isProblem(outcome)) return outcome as never;
    await wake(ctx);
    return { sent: (await ctx.loaders.message.load(outcome.response.messageId))! };
  },
  publishTemplate: async (_, { input }, { db, actor }) => (await publishTemplate({ db, by: requireActor(actor).name }, input)) as never,
});

const deskOf = ({ db, keyring, actor }: DomainContext, sender: Sender): Desk => ({ db, keyring, sender, actorId: requireActor(actor).id });

/** A wake-up that fails costs a second: the rows are due anyway. */
const wake = ({ runtime, tenant, log }: DomainContext): Promise<void> => wakeDue(runtime, tenant, 'messaging').catch((error: Error) => log.warn({ err: error }, 'the dispatch could not be woken'));

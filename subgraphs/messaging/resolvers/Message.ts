import { isId } from '@stromgraph/kernel/ids';
import { loadOne } from '@stromgraph/kernel/loader';
import type { MessageResolvers } from '#schema';
import { type Opened, openMessages, rendered } from '../actions/compose.ts';
import type { Sender } from '../channels/mail-header.ts';
import type { DomainContext } from '../context.ts';

export const makeMessage = (sender: Sender): MessageResolvers => ({
  __resolveReference: ({ id }, { loaders }) => (isId(id, 'message') ? loaders.message.load(id) : null),
  customer: ({ customerId }) => (customerId === null ? null : { __typename: 'Customer', id: customerId }),
  template: async ({ templateId }, _, { loaders }) => (await loaders.template.load(templateId))!,
  tries: ({ id }, _, { loaders }) => loaders.tries.load(id),
  content: async ({ id }, _, ctx) => {
    const opened = await openedIn(ctx).load(id);
    return opened?.given ? rendered({ ...opened, given: opened.given }, sender) : null;
  },
});

type Contents = Readonly<{ load: (id: string) => Promise<Opened | null> }>;
const opened = new WeakMap<DomainContext, Contents>();

/** Contents need the keys beside the rows, which loaders do not have; one set per request all the same. */
function openedIn(ctx: DomainContext): Contents {
  const known = opened.get(ctx) ?? loadOne((ids: readonly string[]) => openMessages(ctx.db, ctx.keyring, ids), ({ message }) => message.id as string);
  opened.set(ctx, known);
  return known;
}

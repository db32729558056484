import { isId } from '@stromgraph/kernel/ids';
import type { MessageResolvers } from '#schema';
import { openMessages, rendered } from '../actions/compose.ts';
import type { Sender } from '../channels/mail-header.ts';

export const makeMessage = (sender: Sender): MessageResolvers => ({
  __resolveReference: ({ id }, { loaders }) => (isId(id, 'message') ? loaders.message.load(id) : null),
  customer: ({ customerId }) => (customerId === null ? null : { __typename: 'Customer', id: customerId }),
  template: async ({ templateId }, _, { loaders }) => (await loaders.template.load(templateId))!,
  tries: ({ id }, _, { loaders }) => loaders.tries.load(id),
  content: async ({ id }, _, { db, keyring }) => {
    const [opened] = await openMessages(db, keyring, [id]);
    return opened?.given ? rendered({ ...opened, given: opened.given }, sender) : null;
  },
});

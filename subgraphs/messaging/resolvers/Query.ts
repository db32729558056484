import { toConnection } from '@stromgraph/kernel/connection';
import type { QueryResolvers } from '#schema';
import { templatesPage } from '../store/templates.ts';
import { badInput, listMessages, pageOrThrow } from './list.ts';

export const Query: QueryResolvers = {
  messages: (_, { customerId, statuses, channel, ...page }, ctx) => listMessages(ctx, { customerId: customerId ?? null, statuses: statuses ?? null, channel: channel ?? null }, page),
  templates: async (_, { name, channel, locale, history, ...args }, { db, now }) => {
    const { first, after } = pageOrThrow(args, 4);
    if (after && !/^\d{1,9}$/.test(after[3]!)) throw badInput('after: is not a cursor of this list');
    const rows = await templatesPage(db, { name: name ?? null, channel: channel ?? null, locale: locale ?? null, validAt: history ? null : await now() }, first, after);
    return toConnection(rows, first, (template) => [template.name, template.channel, template.locale, String(template.version)]);
  },
};

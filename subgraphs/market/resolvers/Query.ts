import type { QueryResolvers } from '#schema';
import { listMessages } from './list.ts';

export const Query: QueryResolvers = {
  marketMessages: (_, { filter, ...page }, ctx) => listMessages(ctx, filter ?? {}, page),
};

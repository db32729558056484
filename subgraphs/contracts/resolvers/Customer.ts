import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { CustomerResolvers } from '#schema';
import { UNDER_WAY } from '../drafts/transitions.ts';
import { draftsOfCustomer } from '../store/drafts.ts';
import { pageOrThrow } from './page.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  contractDrafts: async ({ id }, args, { db }) => {
    const { first, after } = pageOrThrow(args, [isId]);
    const drafts = isId(id) ? await draftsOfCustomer(db, id, [...UNDER_WAY, 'CONFIRMED'], first, after) : [];
    return toConnection(drafts, first, ({ contractId }) => [contractId]);
  },
};

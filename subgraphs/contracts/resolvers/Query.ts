import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { QueryResolvers } from '#schema';
import { UNDER_WAY } from '../drafts/transitions.ts';
import { contractsPage } from '../store/contracts.ts';
import { switchBoardPage } from '../store/drafts.ts';
import { pageOrThrow } from './page.ts';

const isInstant = (key: string) => !Number.isNaN(Date.parse(key));

export const Query: QueryResolvers = {
  contract: (_, { id }, { loaders }) => (isId(id) ? loaders.contract.load(id) : null),
  contracts: async (_, { filter, ...args }, { db }) => {
    const { first, after } = pageOrThrow(args, [isId]);
    const hopeless = filter?.customerId != null && !isId(filter.customerId);
    return toConnection(hopeless ? [] : await contractsPage(db, filter ?? {}, first, after), first, ({ id }) => [id]);
  },
  contractDraft: (_, { id }, { loaders }) => (isId(id) ? loaders.draft.load(id) : null),
  switchBoard: async (_, { filter, ...args }, { db }) => {
    const { first, after } = pageOrThrow(args, [isInstant, isId]);
    const drafts = await switchBoardPage(db, { statuses: filter?.statuses ?? UNDER_WAY, late: filter?.late ?? null }, first, after);
    return toConnection(drafts, first, ({ signedAt, contractId }) => [signedAt.toISOString(), contractId]);
  },
};

import { isId } from '@stromgraph/kernel/ids';
import type { MarketMessageResolvers } from '#schema';

export const MarketMessage: MarketMessageResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id, 'market-message') ? loaders.message.load(id) : null),
  contract: ({ contractId }) => (contractId === null ? null : { __typename: 'Contract', id: contractId }),
  partner: async ({ partnerCode }, _, { loaders }) => (await loaders.partner.load(partnerCode))!,
};

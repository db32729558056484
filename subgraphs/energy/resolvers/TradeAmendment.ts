import type { TradeAmendmentResolvers } from '#schema';

export const TradeAmendment: TradeAmendmentResolvers = {
  replacedBy: ({ replacedBy }, _, { loaders }) => (replacedBy === null ? null : loaders.trade.load(replacedBy)),
};

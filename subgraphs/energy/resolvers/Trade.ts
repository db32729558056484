import { isId } from '@stromgraph/kernel/ids';
import type { TradeResolvers } from '#schema';

export const Trade: TradeResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.trade.load(id) : null),
  amendment: ({ id }, _, { loaders }) => loaders.amendmentOf.load(id),
  replaces: async ({ id }, _, { loaders }) => {
    const amendment = await loaders.amendmentBy.load(id);
    return amendment && loaders.trade.load(amendment.tradeId);
  },
  counterpartyEic: async ({ counterparty }, _, { loaders }) => (await loaders.counterparty.load(counterparty))?.eic ?? null,
  markToMarket: ({ id }, _, { loaders }) => loaders.markToMarket.load(id),
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
};

import { isId } from '@stromgraph/kernel/ids';
import type { TradeResolvers } from '#schema';

export const Trade: TradeResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.trade.load(id) : null),
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
};

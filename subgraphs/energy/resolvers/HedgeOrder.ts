import { isId } from '@stromgraph/kernel/ids';
import type { HedgeOrderResolvers } from '#schema';

export const HedgeOrder: HedgeOrderResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.hedgeOrder.load(id) : null),
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  states: ({ id }, _, { loaders }) => loaders.statesOfOrder.load(id),
};

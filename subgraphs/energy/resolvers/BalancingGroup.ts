import { isId } from '@stromgraph/kernel/ids';
import type { BalancingGroupResolvers } from '#schema';

export const BalancingGroup: BalancingGroupResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.balancingGroup.load(id) : null),
  gridAreas: async ({ id }, { on }, { loaders }) => {
    const areas = await loaders.areasOfGroup(on).load(id);
    return Promise.all(areas.map(async ({ gridAreaId }) => (await loaders.gridArea.load(gridAreaId))!));
  },
};

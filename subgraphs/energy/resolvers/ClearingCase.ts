import { isId } from '@stromgraph/kernel/ids';
import type { ClearingCaseResolvers } from '#schema';

export const ClearingCase: ClearingCaseResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.clearingCase.load(id) : null),
  balancingGroup: async ({ balancingGroupId }, _, { loaders }) => (await loaders.balancingGroup.load(balancingGroupId))!,
  gridArea: async ({ gridAreaId }, _, { loaders }) => (await loaders.gridArea.load(gridAreaId))!,
};

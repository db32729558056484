import { isId } from '@stromgraph/kernel/ids';
import type { EnergyAlertResolvers } from '#schema';

export const EnergyAlert: EnergyAlertResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.alert.load(id) : null),
  pages: async ({ id }, _, { loaders }) => [...(await loaders.pagesOfAlert.load(id))],
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
};

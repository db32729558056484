import { isId } from '@stromgraph/kernel/ids';
import type { GridAreaResolvers } from '#schema';

export const GridArea: GridAreaResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.gridArea.load(id) : null),
  hedgingSuspension: ({ id }, _, { loaders }) => loaders.suspension.load(id),
};

import type { PositionLimitResolvers } from '#schema';

export const PositionLimit: PositionLimitResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
};

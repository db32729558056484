import type { HedgeRatioResolvers } from '#schema';
import { ratioOf } from '../profit/hedge-ratio.ts';

export const HedgeRatio: HedgeRatioResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
  ratio: (ratio) => ratioOf(ratio),
};

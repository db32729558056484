import type { HedgeRatioResolvers } from '#schema';
import { ratioOf } from '../profit/hedge-ratio.ts';

export const HedgeRatio: HedgeRatioResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
  forecasts: async ({ forecastIds }, _, { loaders }) => (await Promise.all(forecastIds.map((id) => loaders.forecast.load(id)))).filter((forecast) => forecast !== null),
  ratio: (ratio) => ratioOf(ratio),
  limit: ({ gridAreaId, tenor }, _, { loaders }) => (gridAreaId === null ? null : loaders.tenorLimit.load(`${gridAreaId} ${tenor}`)),
  breach: async ({ gridAreaId, tenor }, _, { loaders }) => (gridAreaId === null ? null : ((await loaders.tenorBreachesOf.load(gridAreaId)).find((breach) => breach.tenor === tenor) ?? null)),
};

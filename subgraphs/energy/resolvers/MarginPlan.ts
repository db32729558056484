import { euros } from '@stromgraph/kernel/money';
import type { MarginPlanResolvers } from '#schema';

export const MarginPlan: MarginPlanResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  forecasts: async ({ forecastIds }, _, { loaders }) => (await Promise.all(forecastIds.map((id) => loaders.forecast.load(id)))).filter((forecast) => forecast !== null),
  sold: ({ soldCents }) => euros(soldCents),
  cost: ({ costCents }) => (costCents === null ? null : euros(costCents)),
  margin: ({ soldCents, costCents }) => (costCents === null ? null : euros(soldCents - costCents)),
};

import { startOfDay } from '@stromgraph/kernel/time';
import type { DemandForecastResolvers } from '#schema';

export const DemandForecast: DemandForecastResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  start: ({ deliveryDay }) => startOfDay(deliveryDay),
  wattHours: ({ wattHours }) => [...wattHours],
};

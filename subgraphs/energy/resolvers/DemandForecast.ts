import { startOfDay } from '@stromgraph/kernel/time';
import type { DemandForecastResolvers } from '#schema';
import { endDayOf, minutesOf, quarterHoursOn } from '../forecasts/forecast.ts';

export const DemandForecast: DemandForecastResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  start: ({ deliveryDay }) => startOfDay(deliveryDay),
  until: (forecast) => endDayOf(forecast),
  minutes: ({ horizon }) => minutesOf(horizon),
  quarterHours: (forecast, { day }) => quarterHoursOn(forecast, day),
  wattHours: ({ wattHours }) => [...wattHours],
};

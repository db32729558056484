import type { ForecastErrorResolvers } from '#schema';

export const ForecastError: ForecastErrorResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  forecast: ({ forecastId }, _, { loaders }) => loaders.forecast.load(forecastId),
  error: ({ forecast }) => forecast,
  profileError: ({ profile }) => profile,
  persistenceError: ({ persistence }) => persistence,
};

import type { MarketLocationResolvers } from '#schema';

export const MarketLocation: MarketLocationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.location.load(id),
  intervalMetered: ({ meteringKind }) => meteringKind === 'INTERVAL',
};

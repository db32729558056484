import type { RateResolvers } from '#schema';

export const Rate: RateResolvers = {
  windows: (rate) => (rate.kind === 'TIME_OF_USE' ? rate.windows : []),
  tiers: (rate) =>
    rate.kind === 'BLOCK'
      ? rate.tiers.map(({ upToWattHours, ...tier }) => ({ ...tier, upToWattHours: upToWattHours === null ? null : BigInt(upToWattHours) }))
      : [],
};

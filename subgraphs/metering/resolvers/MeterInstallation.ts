import type { MeterInstallationResolvers } from '#schema';

export const MeterInstallation: MeterInstallationResolvers = {
  from: ({ fromAt }) => fromAt,
  until: ({ untilAt }) => untilAt,
};

import { isId } from '@stromgraph/kernel/ids';
import { startOfDay } from '@stromgraph/kernel/time';
import type { NominationResolvers } from '#schema';

export const Nomination: NominationResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.nomination.load(id) : null),
  balancingGroup: async ({ balancingGroupId }, _, { loaders }) => (await loaders.balancingGroup.load(balancingGroupId))!,
  start: ({ deliveryDay }) => startOfDay(deliveryDay),
  consumptionWattHours: ({ consumption }) => consumption.map(Number),
  netWattHours: ({ net }) => net.map(Number),
  series: ({ series }) => series.map(({ wattHours, ...one }) => ({ ...one, wattHours: wattHours.map(Number) })),
};

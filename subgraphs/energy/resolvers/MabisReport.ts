import { isId } from '@stromgraph/kernel/ids';
import { startOfDay } from '@stromgraph/kernel/time';
import type { MabisReportResolvers } from '#schema';
import { sumOf } from '../mabis/report.ts';

export const MabisReport: MabisReportResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.mabisReport.load(id) : null),
  balancingGroup: async ({ balancingGroupId }, _, { loaders }) => (await loaders.balancingGroup.load(balancingGroupId))!,
  gridArea: async ({ gridAreaId }, _, { loaders }) => (await loaders.gridArea.load(gridAreaId))!,
  start: ({ month }) => startOfDay(month),
  measuredWattHours: ({ measured }) => measured.map(Number),
  profiledWattHours: ({ profiled }) => profiled.map(Number),
  assumedWattHours: ({ assumed }) => Number(assumed),
  totalWattHours: ({ measured, profiled }) => Number(sumOf(measured) + sumOf(profiled)),
  marketSums: async ({ balancingGroupId: groupId, gridAreaId, month }, _, { loaders }) =>
    (await loaders.marketSums.load(`${groupId} ${gridAreaId} ${month}`)).map(({ kind, formedAt, wattHours }) => ({ kind, formedAt, wattHours: wattHours.map(Number), totalWattHours: Number(sumOf(wattHours)) })),
};

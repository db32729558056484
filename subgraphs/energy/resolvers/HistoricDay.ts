import type { HistoricDayResolvers } from '#schema';

export const HistoricDay: HistoricDayResolvers = {
  wattHours: ({ wattHours }) => wattHours.map((value) => (value === null ? null : Number(value))),
  totalWattHours: ({ wattHours }) => Number(wattHours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n)),
};

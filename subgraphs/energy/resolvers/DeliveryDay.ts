import type { DeliveryDayResolvers } from '#schema';

export const DeliveryDay: DeliveryDayResolvers = {
  periods: ({ periods }) => [...periods],
  areas: ({ areas }) => [...areas],
  demandWattHours: ({ cells }) => cells.map((cell) => cell?.demandWattHours ?? null),
  hedgedWattHours: ({ cells }) => cells.map((cell) => cell?.hedgedWattHours ?? null),
  openWattHours: ({ cells }) => cells.map((cell) => cell?.openWattHours ?? null),
  realisedWattHours: ({ cells }) => cells.map((cell) => cell?.realisedWattHours ?? null),
  pricesPerMwh: ({ cells }) => cells.map((cell) => cell?.priceEurPerMwh ?? null),
  valueCents: ({ cells }) => cells.map((cell) => cell?.valueCents ?? null),
  breaches: ({ cells }) => cells.map((cell) => cell?.breach ?? null),
};

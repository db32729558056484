import { toConnection } from '@stromgraph/kernel/connection';
import { addDays, startOfDay } from '@stromgraph/kernel/time';
import type { DeliveryDayResolvers } from '#schema';
import { alertsPage } from '../store/alerts.ts';
import { ordersPage } from '../store/hedge-orders.ts';
import { pageOrThrow } from './arguments.ts';

export const DeliveryDay: DeliveryDayResolvers = {
  periods: ({ periods }) => [...periods],
  areas: ({ areas }) => [...areas],
  limits: ({ limits }) => [...limits],
  hedgeOrders: async ({ date, areas }, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const orders = await ordersPage(db, { gridAreaIds: areas.map(({ id }) => id), from: startOfDay(date), until: startOfDay(addDays(date, 1)) }, page);
    return toConnection(orders, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  alerts: async ({ areas }, { standing, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    const alerts = await alertsPage(db, { gridAreaIds: areas.map(({ id }) => id), standing }, page);
    return toConnection(alerts, page.first, ({ raisedAt, id }) => [raisedAt.toISOString(), id]);
  },
  demandWattHours: ({ cells }) => cells.map((cell) => cell?.demandWattHours ?? null),
  hedgedWattHours: ({ cells }) => cells.map((cell) => cell?.hedgedWattHours ?? null),
  openWattHours: ({ cells }) => cells.map((cell) => cell?.openWattHours ?? null),
  realisedWattHours: ({ cells }) => cells.map((cell) => cell?.realisedWattHours ?? null),
  pricesPerMwh: ({ cells }) => cells.map((cell) => cell?.priceEurPerMwh ?? null),
  valueCents: ({ cells }) => cells.map((cell) => cell?.valueCents ?? null),
  breaches: ({ cells }) => cells.map((cell) => cell?.breach ?? null),
};

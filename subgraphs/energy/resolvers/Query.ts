import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import { parseInstant } from '@stromgraph/kernel/time';
import type { QueryResolvers } from '#schema';
import { areaDaysOf } from '../positions/area-day.ts';
import { daysOf } from '../positions/position.ts';
import { alertsPage } from '../store/alerts.ts';
import { findForecast } from '../store/forecasts.ts';
import { ordersPage } from '../store/hedge-orders.ts';
import { gridAreasNamed, gridAreasPage } from '../store/grid-areas.ts';
import { imbalancePricesPage } from '../store/imbalance-prices.ts';
import { findDeliveryDay } from '../store/delivery-days.ts';
import { positionPartsPage } from '../store/position-parts.ts';
import { NO_AREA, positionTotalsPage } from '../store/position-totals.ts';
import { positionsPage } from '../store/positions.ts';
import { tradesPage } from '../store/trades.ts';
import { areasOrThrow, dayPageOrThrow, daysOrThrow, pageOrThrow, rangeOrThrow, refuse } from './arguments.ts';

/** Pages bound what is read; this bounds what is searched. */
const MAX_DAYS = 3 * 366;
/** What a figure is made of is worked out from the contracts. */
const MAX_PART_DAYS = 8;

export const Query: QueryResolvers = {
  openPositions: async (_, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const rows = await positionsPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ startAt, gridAreaId }) => [startAt.toISOString(), gridAreaId]);
  },
  deliveryDay: (_, { date, gridAreaIds }, { db }) => findDeliveryDay(db, { date, gridAreaIds: areasOrThrow(gridAreaIds) }),
  positionTotals: async (_, { step, byArea, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    if (page.after && !(parseInstant(page.after[0]!) && (isId(page.after[1]!) || page.after[1] === NO_AREA))) refuse('after: is not a cursor of this list (allowed: an endCursor that this list gave)');
    const rows = await positionTotalsPage(db, { range: rangeOrThrow(args, MAX_DAYS), step, byArea }, page);
    return toConnection(rows, page.first, (total) => [total.step.toISOString(), total.gridAreaId ?? NO_AREA]);
  },
  positionParts: async (_, { figure, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    if (page.after && !(/^[1-3]$/.test(page.after[0]!) && isId(page.after[1]!))) refuse('after: is not a cursor of this list (allowed: an endCursor that this list gave)');
    const range = rangeOrThrow(args, MAX_PART_DAYS);
    const areaDays = areaDaysOf(await gridAreasNamed(db, range.gridAreaIds), daysOf(range));
    const rows = await positionPartsPage(db, { figure, areaDays, range }, page);
    return toConnection(rows, page.first, ({ rank, id }) => [String(rank), id]);
  },
  forecast: (_, { gridAreaId, deliveryDay, horizon, own, version }, { db }) => {
    const isAnyOfDay = horizon == null && version == null && !own;
    if (own && horizon != null && horizon !== 'DAY_AHEAD') refuse('horizon: is not one that we forecast ourselves (allowed with own: DAY_AHEAD)');
    return isId(gridAreaId) ? findForecast(db, { gridAreaId, deliveryDay, horizon: isAnyOfDay ? null : (horizon ?? 'DAY_AHEAD'), own, version: version ?? null }) : null;
  },
  trades: async (_, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const rows = await tradesPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  hedgeOrders: async (_, args, { db }) => {
    const page = pageOrThrow(args, 2);
    const rows = await ordersPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  energyAlerts: async (_, { gridAreaIds, standing, ...page }, { db }) => {
    const { first, after } = pageOrThrow(page, 2);
    const rows = await alertsPage(db, { gridAreaIds: areasOrThrow(gridAreaIds), standing }, { first, after });
    return toConnection(rows, first, ({ raisedAt, id }) => [raisedAt.toISOString(), id]);
  },
  imbalancePrices: async (_, { from, until, ...args }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    const page = dayPageOrThrow(args);
    return toConnection(await imbalancePricesPage(db, { from, until }, page), page.first, ({ deliveryDay }) => [deliveryDay]);
  },
  gridAreas: async (_, args, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    return toConnection(await gridAreasPage(db, first, after), first, ({ name, id }) => [name, id]);
  },
};

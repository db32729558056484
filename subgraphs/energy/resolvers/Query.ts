import { toConnection } from '@stromgraph/kernel/connection';
import { businessNow, businessToday } from '@stromgraph/kernel/clock';
import { isId } from '@stromgraph/kernel/ids';
import { daysFrom, isLocalDate, parseInstant } from '@stromgraph/kernel/time';
import type { QueryResolvers } from '#schema';
import { areaDaysOf } from '../positions/area-day.ts';
import { daysOf } from '../positions/position.ts';
import { tenorsOf } from '../profit/hedge-ratio.ts';
import { alertsPage } from '../store/alerts.ts';
import { forecastErrorsPage } from '../store/forecast-errors.ts';
import { findForecast } from '../store/forecasts.ts';
import { historyPage } from '../store/historic-consumption.ts';
import { ordersPage } from '../store/hedge-orders.ts';
import { gridAreasNamed, gridAreasPage } from '../store/grid-areas.ts';
import { counterpartiesPage } from '../store/counterparties.ts';
import { hedgeRatios } from '../store/hedge-ratios.ts';
import { imbalancePricesPage } from '../store/imbalance-prices.ts';
import { findDeliveryDay } from '../store/delivery-days.ts';
import { marginPlans } from '../store/margin-plans.ts';
import { markBook } from '../store/mark-to-market.ts';
import { monthClosesPage } from '../store/month-closes.ts';
import { positionPartsPage } from '../store/position-parts.ts';
import { NO_AREA, positionTotalsPage } from '../store/position-totals.ts';
import { balancingGroupsPage } from '../store/balancing-groups.ts';
import { casesPage } from '../store/clearing-cases.ts';
import { reportsPage } from '../store/mabis-reports.ts';
import { nominationsPage } from '../store/nominations.ts';
import { positionsPage } from '../store/positions.ts';
import { profitLossChange, profitLossPage } from '../store/profit-loss-sums.ts';
import { quantityPricesPage } from '../store/quantity-prices.ts';
import { settlementsPage } from '../store/quantity-settlements.ts';
import { tradesPage } from '../store/trades.ts';
import { areasOrThrow, dayPageOrThrow, daysOrThrow, idsOrThrow, instantPageOrThrow, NOT_A_CURSOR, pageOrThrow, rangeOrThrow, refuse } from './arguments.ts';

/** Pages bound what is read; this bounds what is searched. */
const MAX_DAYS = 3 * 366;
/** What a figure is made of is worked out from the contracts: of a month at most. */
const MAX_PART_DAYS = 32;
/** A plan works out every quarter hour. */
const MAX_PLAN_DAYS = 366;

export const Query: QueryResolvers = {
  openPositions: async (_, args, { db }) => {
    const page = instantPageOrThrow(args);
    const rows = await positionsPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ startAt, gridAreaId }) => [startAt.toISOString(), gridAreaId]);
  },
  deliveryDay: (_, { date, gridAreaIds }, { db }) => findDeliveryDay(db, { date, gridAreaIds: areasOrThrow(gridAreaIds) }),
  positionTotals: async (_, { step, byArea, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    if (page.after && !(parseInstant(page.after[0]!) && (isId(page.after[1]!) || page.after[1] === NO_AREA))) refuse(NOT_A_CURSOR);
    const rows = await positionTotalsPage(db, { range: rangeOrThrow(args, MAX_DAYS), step, byArea }, page);
    return toConnection(rows, page.first, (total) => [total.step.toISOString(), total.gridAreaId ?? NO_AREA]);
  },
  positionParts: async (_, { figure, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    if (page.after && !(/^[1-3]$/.test(page.after[0]!) && isId(page.after[1]!))) refuse(NOT_A_CURSOR);
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
  forecastErrors: async (_, { gridAreaIds, from, until, horizon, ...args }, { db }) => {
    const page = pageOrThrow(args, 4);
    daysOrThrow({ from, until }, MAX_DAYS);
    if (page.after && !(isLocalDate(page.after[0]!) && isId(page.after[1]!) && /^(true|false)$/.test(page.after[3]!))) refuse('after: is not a cursor of this list (allowed: an endCursor that this list gave)');
    const rows = await forecastErrorsPage(db, { gridAreaIds: areasOrThrow(gridAreaIds), from, until, horizon: horizon ?? null }, page);
    return toConnection(rows, page.first, (error) => [error.deliveryDay, error.gridAreaId, error.horizon, String(error.own)]);
  },
  historicConsumption: async (_, { maloId, from, until, asOf, ...args }, { db }) => {
    const page = dayPageOrThrow(args);
    daysOrThrow({ from, until }, MAX_DAYS);
    if (!/^[1-9]\d{10}$/.test(maloId)) refuse('maloId: is not a MaLo id (allowed: 11 digits)');
    return toConnection(await historyPage(db, { maloId, from, until, asOf: asOf ?? null }, page), page.first, ({ day }) => [day]);
  },
  trades: async (_, args, { db }) => {
    const page = instantPageOrThrow(args);
    const rows = await tradesPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  hedgeOrders: async (_, args, { db }) => {
    const page = instantPageOrThrow(args);
    const rows = await ordersPage(db, rangeOrThrow(args, MAX_DAYS), page);
    return toConnection(rows, page.first, ({ from, id }) => [from.toISOString(), id]);
  },
  energyAlerts: async (_, { gridAreaIds, standing, ...page }, { db }) => {
    const { first, after } = instantPageOrThrow(page);
    const rows = await alertsPage(db, { gridAreaIds: areasOrThrow(gridAreaIds), standing }, { first, after });
    return toConnection(rows, first, ({ raisedAt, id }) => [raisedAt.toISOString(), id]);
  },
  profitLoss: async (_, { gridAreaIds, from, until, step, byArea, asOf, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    daysOrThrow({ from, until }, MAX_DAYS);
    if (page.after && !(isLocalDate(page.after[0]!) && (isId(page.after[1]!) || page.after[1] === NO_AREA))) refuse(NOT_A_CURSOR);
    const rows = await profitLossPage(db, { range: { gridAreaIds: areasOrThrow(gridAreaIds), from, until }, step, byArea, asOf: asOf ?? null }, page);
    return toConnection(rows, page.first, (sum) => [sum.step, sum.gridAreaId ?? NO_AREA]);
  },
  profitLossChange: (_, { gridAreaIds, from, until, since, asOf }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    if (asOf && asOf < since) refuse('asOf: is before since (allowed: since or later)');
    return profitLossChange(db, { range: { gridAreaIds: areasOrThrow(gridAreaIds), from, until }, since, asOf: asOf ?? null });
  },
  monthCloses: async (_, { gridAreaIds, from, until, newest, ...args }, { db }) => {
    const page = pageOrThrow(args, 3);
    daysOrThrow({ from, until }, MAX_DAYS);
    if (page.after && !(isLocalDate(page.after[0]!) && isId(page.after[1]!) && /^\d{1,6}$/.test(page.after[2]!))) refuse(NOT_A_CURSOR);
    const rows = await monthClosesPage(db, { gridAreaIds: areasOrThrow(gridAreaIds), from, until, newest }, page);
    return toConnection(rows, page.first, (close) => [close.month, close.gridAreaId, String(close.version)]);
  },
  markToMarket: async (_, { gridAreaIds }, { db }) => markBook(db, areasOrThrow(gridAreaIds), await businessNow(db)),
  counterparties: async (_, args, { db }) => {
    const page = pageOrThrow(args, 1);
    return toConnection(await counterpartiesPage(db, page.first, page.after?.[0] ?? null), page.first, ({ name }) => [name]);
  },
  hedgeRatios: async (_, { gridAreaIds }, { db }) => {
    const areas = await gridAreasNamed(db, areasOrThrow(gridAreaIds));
    const tenors = tenorsOf(await businessToday(db));
    const days = new Set(tenors.flatMap(daysFrom));
    return hedgeRatios(db, tenors, areaDaysOf(areas, [...days].sort()));
  },
  marginPlan: async (_, { gridAreaIds, from, until }, { db }) => {
    daysOrThrow({ from, until }, MAX_PLAN_DAYS);
    return marginPlans(db, areaDaysOf(await gridAreasNamed(db, areasOrThrow(gridAreaIds)), daysFrom({ from, until })));
  },
  quantitySettlements: async (_, { gridAreaIds, from, until, ...args }, { db }) => {
    const page = pageOrThrow(args, 2);
    daysOrThrow({ from, until }, MAX_DAYS);
    if (page.after && !(isLocalDate(page.after[0]!) && isId(page.after[1]!))) refuse(NOT_A_CURSOR);
    const rows = await settlementsPage(db, { gridAreaIds: areasOrThrow(gridAreaIds), from, until }, page);
    return toConnection(rows, page.first, ({ until: end, id }) => [end, id]);
  },
  imbalancePrices: async (_, { from, until, ...args }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    const page = dayPageOrThrow(args);
    return toConnection(await imbalancePricesPage(db, { from, until }, page), page.first, ({ deliveryDay }) => [deliveryDay]);
  },
  quantityPrices: async (_, { from, until, ...args }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    const page = dayPageOrThrow(args);
    return toConnection(await quantityPricesPage(db, { from, until }, page), page.first, ({ month }) => [month]);
  },
  nominations: async (_, { balancingGroupIds, from, until, ...args }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    const page = pageOrThrow(args, 3);
    if (page.after && !(isLocalDate(page.after[0]!) && isId(page.after[1]!) && /^\d{1,9}$/.test(page.after[2]!))) refuse(NOT_A_CURSOR);
    const rows = await nominationsPage(db, { groupIds: idsOrThrow('balancingGroupIds', balancingGroupIds), from, until }, page);
    return toConnection(rows, page.first, ({ deliveryDay, balancingGroupId, version }) => [deliveryDay, balancingGroupId, String(version)]);
  },
  mabisReports: async (_, { balancingGroupIds, from, until, ...args }, { db }) => {
    daysOrThrow({ from, until }, MAX_DAYS);
    const page = pageOrThrow(args, 4);
    if (page.after && !(isLocalDate(page.after[0]!) && isId(page.after[1]!) && isId(page.after[2]!) && /^\d{1,9}$/.test(page.after[3]!))) refuse(NOT_A_CURSOR);
    const rows = await reportsPage(db, { groupIds: idsOrThrow('balancingGroupIds', balancingGroupIds), from, until }, page);
    return toConnection(rows, page.first, ({ month, balancingGroupId, gridAreaId, version }) => [month, balancingGroupId, gridAreaId, String(version)]);
  },
  clearingCases: async (_, { balancingGroupIds, statuses, ...args }, { db }) => {
    const page = instantPageOrThrow(args);
    const rows = await casesPage(db, { groupIds: idsOrThrow('balancingGroupIds', balancingGroupIds), statuses: statuses ?? null }, page);
    return toConnection(rows, page.first, ({ openedAt, id }) => [openedAt.toISOString(), id]);
  },
  balancingGroups: async (_, args, { db }) => {
    const { first, after } = pageOrThrow(args, 1);
    return toConnection(await balancingGroupsPage(db, first, after?.[0] ?? null), first, ({ code }) => [code]);
  },
  gridAreas: async (_, args, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    if (after && !isId(after[1]!)) refuse(NOT_A_CURSOR);
    return toConnection(await gridAreasPage(db, first, after), first, ({ name, id }) => [name, id]);
  },
};

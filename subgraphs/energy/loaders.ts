import type { Db } from '@stromgraph/kernel/database';
import { businessNow } from '@stromgraph/kernel/clock';
import { loadMany, loadOne } from '@stromgraph/kernel/loader';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Tenor } from './profit/hedge-ratio.ts';
import { alertsById } from './store/alerts.ts';
import { areasOfGroups, balancingGroupsById } from './store/balancing-groups.ts';
import { casesById } from './store/clearing-cases.ts';
import { counterpartiesNamed } from './store/counterparties.ts';
import { curvesById } from './store/curves.ts';
import { forecastsById } from './store/forecasts.ts';
import { gridAreasById } from './store/grid-areas.ts';
import { ordersById, ordersOfPositions, ordersOfTenorBreaches, statesOfOrders } from './store/hedge-orders.ts';
import { suspensionsOf } from './store/limit-breaches.ts';
import { markTrades } from './store/mark-to-market.ts';
import { newestMarketSums, reportsById, type SumsKey } from './store/mabis-reports.ts';
import { nominationsById } from './store/nominations.ts';
import { pagesOfAlerts } from './store/pages.ts';
import { positionsById } from './store/positions.ts';
import { standingTenorBreaches, tenorLimitsOf } from './store/tenor-limits.ts';
import { amendmentsBy, amendmentsOf, tradesById } from './store/trades.ts';

export type Loaders = ReturnType<typeof makeLoaders>;

/** One set per request. A resolver never fetches a row by key except through here. */
export const makeLoaders = (db: Db<any>) => ({
  gridArea: loadOne(
    (ids: readonly string[]) => gridAreasById(db, ids),
    (area) => area.id,
  ),
  position: loadOne(
    (ids: readonly string[]) => positionsById(db, ids),
    (position) => position.id,
  ),
  hedgeOrder: loadOne(
    (ids: readonly string[]) => ordersById(db, ids),
    (order) => order.id,
  ),
  statesOfOrder: loadMany(
    (ids: readonly string[]) => statesOfOrders(db, ids),
    (state) => state.orderId,
  ),
  orderOfPosition: loadOne(
    (ids: readonly string[]) => ordersOfPositions(db, ids),
    (order) => order.positionId,
  ),
  tenorLimit: loadOne(
    (keys: readonly string[]) => tenorLimitsOf(db, keys.map(toTenorKey)),
    ({ gridAreaId, tenor }) => `${gridAreaId} ${tenor}`,
  ),
  tenorBreachesOf: loadMany(
    (areaIds: readonly string[]) => standingTenorBreaches(db, areaIds),
    (breach) => breach.gridAreaId,
  ),
  orderOfTenorBreach: loadOne(
    (breachIds: readonly string[]) => ordersOfTenorBreaches(db, breachIds),
    (order) => order.tenorBreachId!,
  ),
  suspension: loadOne(
    async (areaIds: readonly string[]) => suspensionsOf(db, areaIds, await businessNow(db)),
    (suspension) => suspension.gridAreaId,
  ),
  markToMarket: loadOne(
    async (tradeIds: readonly string[]) => markTrades(db, tradeIds, await businessNow(db)),
    (mark) => mark.tradeId,
  ),
  counterparty: loadOne(
    (names: readonly string[]) => counterpartiesNamed(db, names),
    (counterparty) => counterparty.name,
  ),
  amendmentOf: loadOne(
    (tradeIds: readonly string[]) => amendmentsOf(db, tradeIds),
    (amendment) => amendment.tradeId,
  ),
  amendmentBy: loadOne(
    (tradeIds: readonly string[]) => amendmentsBy(db, tradeIds),
    (amendment) => amendment.replacedBy!,
  ),
  balancingGroup: loadOne(
    (ids: readonly string[]) => balancingGroupsById(db, ids),
    (group) => group.id,
  ),
  areasOfGroup: perDay((day) =>
    loadMany(
      (groupIds: readonly string[]) => areasOfGroups(db, groupIds, day),
      (area) => area.groupId,
    ),
  ),
  nomination: loadOne(
    (ids: readonly string[]) => nominationsById(db, ids),
    (nomination) => nomination.id,
  ),
  mabisReport: loadOne(
    (ids: readonly string[]) => reportsById(db, ids),
    (report) => report.id,
  ),
  marketSums: loadMany(
    (keys: readonly string[]) => newestMarketSums(db, keys.map(toSumsKey)),
    ({ balancingGroupId, gridAreaId, month }) => `${balancingGroupId} ${gridAreaId} ${month}`,
  ),
  clearingCase: loadOne(
    (ids: readonly string[]) => casesById(db, ids),
    (one) => one.id,
  ),
  alert: loadOne(
    (ids: readonly string[]) => alertsById(db, ids),
    (alert) => alert.id,
  ),
  pagesOfAlert: loadMany(
    (ids: readonly string[]) => pagesOfAlerts(db, ids),
    (page) => page.alertId,
  ),
  forecast: loadOne(
    (ids: readonly string[]) => forecastsById(db, ids),
    (forecast) => forecast.id,
  ),
  curve: loadOne(
    (ids: readonly string[]) => curvesById(db, ids),
    (curve) => curve.id,
  ),
  trade: loadOne(
    (ids: readonly string[]) => tradesById(db, ids),
    (trade) => trade.id,
  ),
});

/** What depends on a day is loaded together for each day. */
function perDay<Loader>(make: (day: LocalDate) => Loader): (day: LocalDate) => Loader {
  const made = new Map<LocalDate, Loader>();
  return (day) => {
    const loader = made.get(day) ?? make(day);
    made.set(day, loader);
    return loader;
  };
}

function toTenorKey(key: string): { gridAreaId: string; tenor: Tenor } {
  const [gridAreaId, tenor] = key.split(' ') as [string, Tenor];
  return { gridAreaId, tenor };
}

function toSumsKey(key: string): SumsKey {
  const [groupId, gridAreaId, month] = key.split(' ') as [string, string, LocalDate];
  return { groupId, gridAreaId, month };
}

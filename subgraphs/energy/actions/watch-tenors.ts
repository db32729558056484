import { OpenPositionAlert } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addMs, dayOf } from '@stromgraph/kernel/time';
import { breachOf, LIMITED_TENORS, ordersFor, worstPriceOf } from '../hedging/tenor.ts';
import { tenorsOf } from '../profit/hedge-ratio.ts';
import { hasExchange } from '../store/executions.ts';
import { areForwardSettled } from '../store/forward-positions.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { addOrders } from '../store/hedge-orders.ts';
import { suspensionsOf } from '../store/limit-breaches.ts';
import { endTenorBreaches, hasTenorLimits, openTenorBreaches, standingTenorBreaches, tenorPositions } from '../store/tenor-limits.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';
import { announceOrders, AUTOMATIC } from './watch-limits.ts';

export const WATCH_TENORS = 'WATCH_TENORS';
/** Causes that are not in the forward positions yet are waited for, in business time. */
const SOON_MS = 60_000;

/** Looks at the tenors of these areas, one after the other; of those alone that have a breach where there are no limits. */
export async function watchTenors(tx: Tx, gridAreaIds: readonly string[]): Promise<void> {
  const watched = (await hasTenorLimits(tx)) ? gridAreaIds : [...new Set((await standingTenorBreaches(tx, gridAreaIds)).map((breach) => breach.gridAreaId))].toSorted();
  for (const gridAreaId of watched) await watchArea(tx, gridAreaId);
}

/**
 * Looks at an area's next week, month, quarter and year: each that is beyond its limit has one breach, each breach one base order for the
 * whole period. While something is still to be settled into the positions nothing is decided: what was bought a moment ago would be bought again.
 */
async function watchArea(tx: Tx, gridAreaId: string): Promise<void> {
  const [area] = await lockGridAreas(tx, [gridAreaId]);
  if (!area) return;
  const now = await businessNow(tx);
  if (!(await areForwardSettled(tx, gridAreaId, dayOf(now)))) return schedule(tx, { kind: WATCH_TENORS, subject: gridAreaId, dueAt: addMs(now, SOON_MS) });
  const positions = await positionsAt(tx, gridAreaId, now);
  const breached = positions.flatMap((position) => {
    const rule = breachOf(position);
    return rule ? [{ ...position, rule }] : [];
  });
  const ended = await endTenorBreaches(tx, gridAreaId, breached, now);
  const opened = await openTenorBreaches(tx, gridAreaId, breached, now);
  if (opened.length > 0) {
    const breaches = opened.map(({ id, from, until, rule, openWattHours }) => ({ breachId: id, start: from.toISOString(), until: until.toISOString(), rule, openWattHours: String(openWattHours) }));
    await publishAll(tx, OpenPositionAlert, [{ aggregateType: 'grid-area', aggregateId: gridAreaId, data: { gridAreaId, gridAreaName: area.name, breaches } }]);
  }
  const rests = (await suspensionsOf(tx, [gridAreaId], now)).length > 0 || !(await hasExchange(tx));
  if (!rests) {
    const unordered = (await standingTenorBreaches(tx, [gridAreaId])).filter(({ orderStatus }) => orderStatus === null);
    const wanted = unordered.flatMap((breach) => breached.filter(({ tenor }) => tenor === breach.tenor).map((position) => ({ ...position, breach })));
    const orders = ordersFor(wanted).filter(({ side, breach }) => (side === 'BUY') === breach.openWattHours > 0n);
    const placed = orders.map(({ breach, side, kilowatts, from, until, ...position }) => ({
      id: newId<'hedge-order'>(), origin: 'AUTOMATIC' as const, breachId: null, tenorBreachId: breach.id, clientOrderId: breach.id, placedBy: AUTOMATIC, gridAreaId, side, kilowatts, from, until, limitPricePerMwh: worstPriceOf(position),
    }));
    await announceOrders(tx, await addOrders(tx, placed, now), now);
  }
  await tellTenorBreaches(tx, gridAreaId, ended.map(({ tenor }) => tenor));
}

const positionsAt = (tx: Tx, gridAreaId: string, now: Date) => tenorPositions(tx, gridAreaId, tenorsOf(dayOf(now)).filter(({ tenor }) => LIMITED_TENORS.includes(tenor)));

/** One alert per area and tenor while it is beyond its limit, a second one where nothing under way will mend it. `ended`: tenors that were until now. */
export async function tellTenorBreaches(tx: Tx, gridAreaId: string, ended: readonly string[] = []): Promise<void> {
  const standing = await standingTenorBreaches(tx, [gridAreaId]);
  const subjectOf = (tenor: string) => `${gridAreaId} ${tenor}`;
  const open = standing.length === 0 ? [] : await positionsAt(tx, gridAreaId, await businessNow(tx));
  const mended = open.filter((one) => breachOf({ ...one, openWattHours: one.openWattHours - one.pendingWattHours }) === null).map(({ tenor }) => tenor);
  const unmended = standing.filter(({ tenor, orderStatus }) => (orderStatus === null || orderStatus === 'REJECTED' || orderStatus === 'EXPIRED') && !mended.includes(tenor));
  const about = ({ tenor, from, until }: (typeof standing)[number]) => ({ subject: subjectOf(tenor), gridAreaId, period: { from, until } });
  const without = (some: typeof standing) => [...ended, ...standing.map(({ tenor }) => tenor)].filter((tenor) => !some.some((one) => one.tenor === tenor)).map(subjectOf);
  await clearAlerts(tx, 'LIMIT_BREACHED', without(standing));
  await clearAlerts(tx, 'HEDGE_INCOMPLETE', without(unmended));
  await raiseAlerts(tx, [
    ...standing.map((one) => ({ kind: 'LIMIT_BREACHED' as const, severity: 'WARNING' as const, message: `The ${one.tenor.toLowerCase()} from ${dayOf(one.from)} exceeds its limit; ${one.openWattHours} Wh are open.`, ...about(one) })),
    ...unmended.map((one) => ({ kind: 'HEDGE_INCOMPLETE' as const, severity: 'CRITICAL' as const, message: `The breach of the ${one.tenor.toLowerCase()} from ${dayOf(one.from)} has no order under way that would mend it.`, ...about(one) })),
  ]);
}

import { HedgeOrderPlaced, OpenPositionAlert } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { addDays, addMs, dayOf, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';
import { type HedgeOrder, orderFor } from '../hedging/order.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { hasExchange } from '../store/executions.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { addOrders } from '../store/hedge-orders.ts';
import { breachedDays, breachesWithoutOrder, endBreaches, openBreaches, suspensionsOf } from '../store/limit-breaches.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export const WATCH_LIMITS = 'WATCH_LIMITS';
export const VISIT_EXCHANGE = 'VISIT_EXCHANGE';
type AreaAndDay = Readonly<{ gridAreaId: string; day: LocalDate }>;
/** Who placed an order that nobody did. */
export const AUTOMATIC = 'automatic';

/**
 * Looks at the quarter hours to come of these areas: each that is beyond its limit has one breach, each breach one order, however often
 * and by however many it is looked at. While hedging rests in an area, or there is no market place, there is no order.
 */
export async function watchLimits(tx: Tx, gridAreaIds: readonly string[]): Promise<void> {
  const locked = await lockGridAreas(tx, gridAreaIds);
  const areas = locked.map(({ id }) => id);
  if (areas.length === 0) return;
  const now = await businessNow(tx);
  await endBreaches(tx, areas, now);
  const opened = Map.groupBy(await openBreaches(tx, areas, now), ({ gridAreaId }) => gridAreaId);
  await publishAll(tx, OpenPositionAlert, [...opened].map(([gridAreaId, breaches]) => ({
    aggregateType: 'grid-area',
    aggregateId: gridAreaId,
    data: { gridAreaId, gridAreaName: locked.find(({ id }) => id === gridAreaId)!.name, breaches: breaches.map(({ id, start, rule, openWattHours }) => ({ breachId: id, start: start.toISOString(), rule, openWattHours: String(openWattHours) })) },
  })));
  const resting = new Set((await suspensionsOf(tx, areas, now)).map(({ gridAreaId }) => gridAreaId));
  const hedged = areas.filter((id) => !resting.has(id));
  if (hedged.length > 0 && (await hasExchange(tx))) await placeFor(tx, hedged, now);
  await tellBreaches(tx, areas);
}

async function placeFor(tx: Tx, gridAreaIds: readonly string[], now: Date): Promise<void> {
  const unhedged = await breachesWithoutOrder(tx, gridAreaIds);
  const orders = unhedged.flatMap(({ breachId, gridAreaId, start, openWattHours, limitPricePerMwh }) => {
    const wanted = orderFor(openWattHours);
    if (!wanted) return [];
    return [{ id: newId<'hedge-order'>(), origin: 'AUTOMATIC' as const, breachId, clientOrderId: breachId, placedBy: AUTOMATIC, gridAreaId, ...wanted, from: start, until: addMs(start, QUARTER_HOUR_MS), limitPricePerMwh }];
  });
  await announceOrders(tx, await addOrders(tx, orders, now), now);
}

/** Tells of placed orders, and has them brought to the market place. */
export async function announceOrders(tx: Tx, placed: readonly HedgeOrder[], now: Date): Promise<void> {
  if (placed.length === 0) return;
  await publishAll(
    tx,
    HedgeOrderPlaced,
    placed.map(({ id, gridAreaId, origin, side, from, until, kilowatts, limitPricePerMwh }) => ({
      aggregateType: 'hedge-order',
      aggregateId: id,
      data: { orderId: id, gridAreaId, origin, side, from: from.toISOString(), until: until.toISOString(), kilowatts: String(kilowatts), limitPricePerMwh },
    })),
  );
  await schedule(tx, { kind: VISIT_EXCHANGE, subject: 'orders', dueAt: now });
}

/** One alert per area and day as long as something is beyond its limit, a second one where no order will mend it. */
export async function tellBreaches(tx: Tx, gridAreaIds: readonly string[]): Promise<void> {
  const today = dayOf(await businessNow(tx));
  const breached = await breachedDays(tx, gridAreaIds);
  const unmended = breached.filter((one) => one.unmended > 0);
  const subjectOf = ({ gridAreaId, day }: AreaAndDay) => `${gridAreaId} ${day}`;
  const about = (one: AreaAndDay) => ({ subject: subjectOf(one), gridAreaId: one.gridAreaId, period: { from: startOfDay(one.day), until: startOfDay(addDays(one.day, 1)) } });
  await raiseAlerts(tx, [
    ...breached.map((one) => ({ kind: 'LIMIT_BREACHED' as const, severity: 'WARNING' as const, message: `${one.breached} quarter hours of ${one.day} exceed their limit; together ${one.openWattHours} Wh are open.`, ...about(one) })),
    ...unmended.map((one) => ({ kind: 'HEDGE_INCOMPLETE' as const, severity: 'CRITICAL' as const, message: `${one.unmended} breaches of ${one.day} have no order under way that would mend them.`, ...about(one) })),
  ]);
  const possible = gridAreaIds.flatMap((gridAreaId) => [addDays(today, -2), addDays(today, -1), ...openDaysOf(today)].map((day) => subjectOf({ gridAreaId, day })));
  const without = (standing: readonly AreaAndDay[]) => possible.filter((subject) => !standing.some((one) => subjectOf(one) === subject));
  await clearAlerts(tx, 'LIMIT_BREACHED', without(breached));
  await clearAlerts(tx, 'HEDGE_INCOMPLETE', without(unmended));
}

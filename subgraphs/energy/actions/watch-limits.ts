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
/** Who placed an order that nobody did. */
export const AUTOMATIC = 'automatic';

/**
 * Looks at an area's quarter hours to come: each that is beyond its limit has one breach, each breach one order, however often
 * and by however many it is looked at. While hedging rests in the area, or there is no market place, there is no order.
 */
export async function watchLimits(tx: Tx, gridAreaId: string): Promise<void> {
  const [area] = await lockGridAreas(tx, [gridAreaId]);
  if (!area) return;
  const now = await businessNow(tx);
  await endBreaches(tx, gridAreaId, now);
  const opened = await openBreaches(tx, gridAreaId, now);
  if (opened.length > 0) {
    const breaches = opened.map(({ id, start, rule, openWattHours }) => ({ breachId: id, start: start.toISOString(), rule, openWattHours: String(openWattHours) }));
    await publishAll(tx, OpenPositionAlert, [{ aggregateType: 'grid-area', aggregateId: gridAreaId, data: { gridAreaId, breaches } }]);
  }
  const rests = (await suspensionsOf(tx, [gridAreaId], now)).length > 0 || !(await hasExchange(tx));
  if (!rests) await placeFor(tx, gridAreaId, now);
  await tellBreaches(tx, gridAreaId);
}

async function placeFor(tx: Tx, gridAreaId: string, now: Date): Promise<void> {
  const unhedged = await breachesWithoutOrder(tx, gridAreaId);
  const orders = unhedged.flatMap(({ breachId, start, openWattHours, limitPricePerMwh }) => {
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
export async function tellBreaches(tx: Tx, gridAreaId: string): Promise<void> {
  const today = dayOf(await businessNow(tx));
  const days = await breachedDays(tx, gridAreaId);
  const subjectOf = (day: LocalDate) => `${gridAreaId} ${day}`;
  const about = (day: LocalDate) => ({ subject: subjectOf(day), gridAreaId, period: { from: startOfDay(day), until: startOfDay(addDays(day, 1)) } });
  await raiseAlerts(tx, [
    ...days.map(({ day, breached, openWattHours }) => ({ kind: 'LIMIT_BREACHED' as const, severity: 'WARNING' as const, message: `${breached} quarter hours of ${day} exceed their limit; together ${openWattHours} Wh are open.`, ...about(day) })),
    ...days.filter(({ unmended }) => unmended > 0).map(({ day, unmended }) => ({ kind: 'HEDGE_INCOMPLETE' as const, severity: 'CRITICAL' as const, message: `${unmended} breaches of ${day} have no order under way that would mend them.`, ...about(day) })),
  ]);
  const possible = [addDays(today, -2), addDays(today, -1), ...openDaysOf(today)];
  const without = (standing: readonly LocalDate[]) => possible.filter((day) => !standing.includes(day)).map(subjectOf);
  await clearAlerts(tx, 'LIMIT_BREACHED', without(days.map(({ day }) => day)));
  await clearAlerts(tx, 'HEDGE_INCOMPLETE', without(days.filter(({ unmended }) => unmended > 0).map(({ day }) => day)));
}

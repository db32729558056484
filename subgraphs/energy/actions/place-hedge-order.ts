import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { isId, newId } from '@stromgraph/kernel/ids';
import { invalid, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfOrder, type NewOrder } from '../hedging/order.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { addOrders } from '../store/hedge-orders.ts';
import { announceOrders } from './watch-limits.ts';

/** Places an order of a person, once per id that they give it; the market place is told of it after the commit. */
export async function placeHedgeOrder({ db, actor }: DomainContext, order: NewOrder) {
  const { id: actorId, name } = requireActor(actor);
  return transact(db, async (tx) => {
    const now = await businessNow(tx);
    const faults = faultsOfOrder(order, now);
    // A repeat is answered as before, also when its period has passed by now.
    if (faults.some(({ path }) => path === 'clientOrderId')) return invalid(faults);
    return once(tx, { key: order.clientOrderId, operation: 'placeHedgeOrder', actor: actorId, body: order }, async () => {
      if (faults.length > 0) return invalid(faults);
      const [area] = isId(order.gridAreaId) ? await gridAreasById(tx, [order.gridAreaId]) : [];
      if (!area) return problem('GridAreaNotFound', `There is no grid area ${order.gridAreaId}.`, { gridAreaId: order.gridAreaId });
      const placed = await addOrders(tx, [{ ...order, id: newId<'hedge-order'>(), origin: 'MANUAL', breachId: null, placedBy: name }], now);
      await announceOrders(tx, placed, now);
      return { orderId: placed[0]!.id };
    });
  });
}

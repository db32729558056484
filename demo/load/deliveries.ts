import { addDays, addMonths, type LocalDate } from '@stromgraph/kernel/time';
import { type Delivery, deliveriesOf, monthOf } from '../deliveries.ts';
import { OLDEST_MONTHS } from '../supply.ts';
import { insertRows } from './rows.ts';
import { transactAgain, type World } from './world.ts';

/** The months' deliveries of counters and of quarter hours, and how many values came with each. */
export type Deliveries = Readonly<{ counters: ReadonlyMap<LocalDate, Delivery>; quarterHours: ReadonlyMap<LocalDate, Delivery>; accepted: Map<string, number> }>;

const ACTOR = 'metering operator';

/** @param firstDay of the quarter hours, which end yesterday */
export function planDeliveries({ portfolio: { idBaseMs }, today }: World, firstDay: LocalDate): Deliveries {
  const byMonth = (deliveries: readonly Delivery[]) => new Map(deliveries.map((delivery) => [delivery.month, delivery]));
  return {
    counters: byMonth(deliveriesOf({ kind: 'counters', from: addMonths(today, -OLDEST_MONTHS - 1), until: addDays(today, -1), today, idBaseMs })),
    quarterHours: byMonth(deliveriesOf({ kind: 'quarter hours', from: firstDay, until: addDays(today, -1), today, idBaseMs })),
    accepted: new Map(),
  };
}

export const deliveryOf = (deliveries: ReadonlyMap<LocalDate, Delivery>, day: LocalDate): Delivery => deliveries.get(monthOf(day))!;

export const countAccepted = ({ accepted }: Deliveries, { batchId }: Delivery, values: number): void => void accepted.set(batchId, (accepted.get(batchId) ?? 0) + values);

export async function openDeliveries({ dbs }: World, { counters, quarterHours }: Deliveries): Promise<void> {
  await transactAgain(dbs.metering, (tx) =>
    insertRows(tx, 'metering.batch', [...counters.values(), ...quarterHours.values()].map(({ batchId, receivedAt }) => ({ id: batchId, source: 'MARKET', actor: ACTOR, received_at: receivedAt, state: 'STORING', accepted: 0, unchanged: 0, rejected: 0 }))),
  );
}

export async function closeDeliveries({ dbs }: World, { accepted }: Deliveries): Promise<void> {
  await transactAgain(dbs.metering, async (tx) => {
    await tx.sql`
      UPDATE metering.batch b SET state = 'COMPLETE', accepted = g.accepted FROM unnest(${[...accepted.keys()]}::uuid[], ${[...accepted.values()]}::int[]) g (id, accepted) WHERE b.id = g.id AND b.state = 'STORING'`;
    await tx.sql`UPDATE metering.batch SET state = 'COMPLETE' WHERE state = 'STORING'`;
  });
}

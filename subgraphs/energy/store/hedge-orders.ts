import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { HedgeOrder, HedgeOrderState, OrderStatus } from '../hedging/order.ts';
import type { Side } from '../hedging/trade.ts';

type Row = {
  id: string;
  origin: 'AUTOMATIC' | 'MANUAL';
  breach_id: string | null;
  tenor_breach_id: string | null;
  client_order_id: string;
  placed_by: string;
  grid_area_id: string;
  side: Side;
  from_at: Date;
  until_at: Date;
  kilowatts: bigint;
  limit_price_eur_per_mwh: string | null;
  status: OrderStatus;
  filled_kilowatts: bigint;
  reason: string | null;
  placed_at: Date;
  changed_at: Date;
};
export type PlacedOrder = Pick<HedgeOrder, 'id' | 'origin' | 'breachId' | 'clientOrderId' | 'placedBy' | 'gridAreaId' | 'side' | 'from' | 'until' | 'kilowatts' | 'limitPricePerMwh'> & Partial<Pick<HedgeOrder, 'tenorBreachId'>>;

/** Places orders; a breach that has one gets no other. Answers those that were placed. */
export async function addOrders(tx: Tx, orders: readonly PlacedOrder[], at: Date): Promise<HedgeOrder[]> {
  const given = JSON.stringify(orders.map((order) => ({ ...order, kilowatts: String(order.kilowatts) })));
  const rows = await tx.sql<Row>`
    INSERT INTO energy.hedge_order (id, origin, breach_id, tenor_breach_id, client_order_id, placed_by, grid_area_id, side, from_at, until_at, kilowatts, limit_price_eur_per_mwh, placed_at, changed_at)
    SELECT o.id, o.origin, o."breachId", o."tenorBreachId", o."clientOrderId", o."placedBy", o."gridAreaId", o.side, o."from", o.until, o.kilowatts, o."limitPricePerMwh", ${at}, ${at}
    FROM jsonb_to_recordset(${given}::jsonb) AS o (id uuid, origin text, "breachId" uuid, "tenorBreachId" uuid, "clientOrderId" text, "placedBy" text, "gridAreaId" uuid, side text,
      "from" timestamptz, until timestamptz, kilowatts bigint, "limitPricePerMwh" numeric)
    ORDER BY o."from", o.id
    ON CONFLICT DO NOTHING RETURNING *`;
  return rows.map(toOrder);
}

/** SQL of whether an order waits until automatic hedging no longer rests in its area. */
const WAITS = `o.status = 'NEW' AND o.origin = 'AUTOMATIC' AND EXISTS (SELECT FROM energy.hedging_suspension s WHERE s.grid_area_id = o.grid_area_id AND s.released_at IS NULL AND s.from_at <= $1 AND s.until_at > $1)`;

/** What the market place has not been told of, oldest first; what nobody placed waits while hedging rests in its area. */
export async function ordersToSend(db: Queryable, { limit, now }: { limit: number; now: Date }): Promise<HedgeOrder[]> {
  return (await db.query<Row>(`SELECT * FROM energy.hedge_order o WHERE o.status = 'NEW' AND NOT (${WAITS}) ORDER BY o.placed_at, o.id LIMIT $2`, [now, limit])).rows.map(toOrder);
}

/** Orders that a suspension has kept from the market place until what they were to mend was mended otherwise, in whole or in part, or has begun; held. */
export async function lockOrdersTooLate(tx: Tx): Promise<HedgeOrder[]> {
  const rows = await tx.sql<Row>`
    SELECT o.* FROM energy.hedge_order o LEFT JOIN energy.limit_breach b ON b.id = o.breach_id LEFT JOIN energy.tenor_breach t ON t.id = o.tenor_breach_id LEFT JOIN energy.current_position p ON p.grid_area_id = b.grid_area_id AND p.start_at = b.start_at
    WHERE o.status = 'NEW' AND o.origin = 'AUTOMATIC'
      AND (coalesce(b.ended_at, t.ended_at) IS NOT NULL OR CASE o.side WHEN 'BUY' THEN p.open_watt_hours ELSE -p.open_watt_hours END < o.kilowatts * 250 - 125)
      AND EXISTS (SELECT FROM energy.hedging_suspension s WHERE s.grid_area_id = o.grid_area_id AND s.from_at >= o.placed_at)
    ORDER BY o.id FOR UPDATE OF o`;
  return rows.map(toOrder);
}

/** Held until the transaction ends, in one order. */
export async function lockOrders(tx: Tx, ids: readonly string[]): Promise<HedgeOrder[]> {
  return (await tx.sql<Row>`SELECT * FROM energy.hedge_order WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`).map(toOrder);
}

export async function saveOrderStates(tx: Tx, orders: readonly HedgeOrder[], at: Date): Promise<void> {
  if (orders.length === 0) return;
  await tx.sql`
    UPDATE energy.hedge_order o SET status = n.status, filled_kilowatts = n.filled, reason = n.reason, changed_at = greatest(${at}::timestamptz, o.changed_at)
    FROM unnest(${orders.map(({ id }) => id)}::uuid[], ${orders.map(({ status }) => status)}::text[], ${orders.map(({ filledKilowatts }) => filledKilowatts)}::bigint[], ${orders.map(({ reason }) => reason)}::text[]) AS n (id, status, filled, reason)
    WHERE o.id = n.id`;
}

/** Whether the market place has, or is to have, orders of ours. */
export async function areOrdersUnderWay(db: Queryable, now: Date): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM energy.hedge_order o WHERE o.status IN ('NEW', 'WORKING', 'PART_FILLED') AND NOT (${WAITS})) AS some`, [now]);
  return rows[0]!.some;
}

export async function ordersById(db: Queryable, ids: readonly string[]): Promise<HedgeOrder[]> {
  return (await db.sql<Row>`SELECT * FROM energy.hedge_order WHERE id = ANY (${ids}::uuid[])`).map(toOrder);
}

/** The orders that the standing breaches of these positions have. */
export async function ordersOfPositions(db: Queryable, positionIds: readonly string[]): Promise<(HedgeOrder & { positionId: string })[]> {
  const rows = await db.sql<Row & { position_id: string }>`
    SELECT o.*, p.id AS position_id FROM energy.current_position p
    JOIN energy.limit_breach b ON b.grid_area_id = p.grid_area_id AND b.start_at = p.start_at AND b.ended_at IS NULL
    JOIN energy.hedge_order o ON o.breach_id = b.id WHERE p.id = ANY (${positionIds}::uuid[])`;
  return rows.map((row) => ({ ...toOrder(row), positionId: row.position_id }));
}

/** The orders that these breaches of tenors have. */
export async function ordersOfTenorBreaches(db: Queryable, breachIds: readonly string[]): Promise<HedgeOrder[]> {
  return (await db.sql<Row>`SELECT * FROM energy.hedge_order WHERE tenor_breach_id = ANY (${breachIds}::uuid[])`).map(toOrder);
}

/** In order of delivery; `after` is the [start, id] of the last one read. */
export async function ordersPage(
  db: Queryable,
  { gridAreaIds, from, until }: { gridAreaIds: readonly string[] | null; from: Date; until: Date },
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<HedgeOrder[]> {
  const [start, id] = after ?? [null, null];
  const rows = await db.sql<Row>`
    SELECT * FROM energy.hedge_order WHERE (${gridAreaIds}::uuid[] IS NULL OR grid_area_id = ANY (${gridAreaIds}::uuid[]))
      AND from_at < ${until} AND until_at > ${from}
      AND (${start}::timestamptz IS NULL OR (from_at, id) > (${start}, ${id}::uuid))
    ORDER BY from_at, id LIMIT ${first + 1}`;
  return rows.map(toOrder);
}

/** Every state that these orders had, in order of time. */
export async function statesOfOrders(db: Queryable, orderIds: readonly string[]): Promise<HedgeOrderState[]> {
  const rows = await db.sql<{ id: bigint; order_id: string; status: OrderStatus; filled_kilowatts: bigint; reason: string | null; at: Date }>`
    SELECT * FROM energy.hedge_order_state WHERE order_id = ANY (${orderIds}::uuid[]) ORDER BY id`;
  return rows.map((row) => ({ id: String(row.id), orderId: row.order_id, status: row.status, filledKilowatts: row.filled_kilowatts, reason: row.reason, at: row.at }));
}

const toOrder = (row: Row): HedgeOrder => ({
  id: row.id,
  origin: row.origin,
  breachId: row.breach_id,
  tenorBreachId: row.tenor_breach_id,
  clientOrderId: row.client_order_id,
  gridAreaId: row.grid_area_id,
  side: row.side,
  from: row.from_at,
  until: row.until_at,
  kilowatts: row.kilowatts,
  limitPricePerMwh: row.limit_price_eur_per_mwh,
  status: row.status,
  filledKilowatts: row.filled_kilowatts,
  reason: row.reason,
  placedAt: row.placed_at,
  placedBy: row.placed_by,
  changedAt: row.changed_at,
});

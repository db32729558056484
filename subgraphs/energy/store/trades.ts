import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { Side, Trade, TradeProduct } from '../hedging/trade.ts';

type Row = {
  id: string;
  grid_area_id: string;
  side: Side;
  product: TradeProduct;
  from_at: Date;
  until_at: Date;
  kilowatts: bigint;
  watt_hours: bigint;
  price_eur_per_mwh: DecimalText;
  counterparty: string;
  recorded_at: Date;
  recorded_by: string;
};

export async function addTrade(tx: Tx, trade: Trade): Promise<void> {
  await tx.sql`
    INSERT INTO energy.trade (id, grid_area_id, side, product, from_at, until_at, kilowatts, watt_hours, price_eur_per_mwh, counterparty,
      recorded_at, recorded_by)
    VALUES (${trade.id}, ${trade.gridAreaId}, ${trade.side}, ${trade.product}, ${trade.from}, ${trade.until}, ${trade.kilowatts}, ${trade.wattHours},
            ${trade.pricePerMwh}, ${trade.counterparty}, ${trade.recordedAt}, ${trade.recordedBy})`;
}

export async function tradesById(db: Queryable, ids: readonly string[]): Promise<Trade[]> {
  return (await db.sql<Row>`SELECT * FROM energy.trade WHERE id = ANY (${ids}::uuid[])`).map(toTrade);
}

/** In order of delivery; `after` is the [start, id] of the last one read. */
export async function tradesPage(
  db: Queryable,
  { gridAreaIds, from, until }: { gridAreaIds: readonly string[] | null; from: Date; until: Date },
  { first, after }: { first: number; after: readonly string[] | null },
): Promise<Trade[]> {
  const [start, id] = after ?? [null, null];
  const rows = await db.sql<Row>`
    SELECT * FROM energy.trade WHERE (${gridAreaIds}::uuid[] IS NULL OR grid_area_id = ANY (${gridAreaIds}::uuid[]))
      AND from_at < ${until} AND until_at > ${from}
      AND (${start}::timestamptz IS NULL OR (from_at, id) > (${start}, ${id}::uuid))
    ORDER BY from_at, id LIMIT ${first + 1}`;
  return rows.map(toTrade);
}

const toTrade = (row: Row): Trade => ({
  id: row.id,
  gridAreaId: row.grid_area_id,
  side: row.side,
  product: row.product,
  from: row.from_at,
  until: row.until_at,
  kilowatts: row.kilowatts,
  wattHours: row.watt_hours,
  pricePerMwh: row.price_eur_per_mwh,
  counterparty: row.counterparty,
  recordedAt: row.recorded_at,
  recordedBy: row.recorded_by,
});

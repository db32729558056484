import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { Side, Trade, TradeAmendment, TradeProduct } from '../hedging/trade.ts';

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

/** What counts: trades that were neither replaced nor cancelled. */
export const STANDING_TRADES = `(SELECT t.* FROM energy.trade t WHERE t.status = 'CONFIRMED' AND NOT EXISTS (SELECT FROM energy.trade_amendment a WHERE a.trade_id = t.id))`;

export const addTrade = (tx: Tx, trade: Trade): Promise<void> => addTrades(tx, [trade]);

export async function addTrades(tx: Tx, trades: readonly Trade[]): Promise<void> {
  const given = JSON.stringify(trades.map((trade) => ({ ...trade, kilowatts: String(trade.kilowatts), wattHours: String(trade.wattHours) })));
  await tx.sql`
    INSERT INTO energy.trade (id, grid_area_id, side, product, from_at, until_at, kilowatts, watt_hours, price_eur_per_mwh, counterparty, recorded_at, recorded_by)
    SELECT t.id, t."gridAreaId", t.side, t.product, t."from", t.until, t.kilowatts, t."wattHours", t."pricePerMwh", t.counterparty, t."recordedAt", t."recordedBy"
    FROM jsonb_to_recordset(${given}::jsonb) AS t (id uuid, "gridAreaId" uuid, side text, product text, "from" timestamptz, until timestamptz, kilowatts bigint,
      "wattHours" bigint, "pricePerMwh" numeric, counterparty text, "recordedAt" timestamptz, "recordedBy" text) ORDER BY t."from", t.id`;
}

export async function addAmendment(tx: Tx, { tradeId, replacedBy, reason, amendedAt, amendedBy }: TradeAmendment): Promise<void> {
  await tx.sql`INSERT INTO energy.trade_amendment (trade_id, replaced_by, reason, amended_at, amended_by) VALUES (${tradeId}, ${replacedBy}, ${reason}, ${amendedAt}, ${amendedBy})`;
}

type AmendmentRow = { trade_id: string; replaced_by: string | null; reason: string; amended_at: Date; amended_by: string };
const toAmendment = (row: AmendmentRow): TradeAmendment => ({ tradeId: row.trade_id, replacedBy: row.replaced_by, reason: row.reason, amendedAt: row.amended_at, amendedBy: row.amended_by });

/** How these trades came to count no longer. */
export async function amendmentsOf(db: Queryable, tradeIds: readonly string[]): Promise<TradeAmendment[]> {
  return (await db.sql<AmendmentRow>`SELECT * FROM energy.trade_amendment WHERE trade_id = ANY (${tradeIds}::uuid[])`).map(toAmendment);
}

/** What these trades took the place of. */
export async function amendmentsBy(db: Queryable, tradeIds: readonly string[]): Promise<TradeAmendment[]> {
  return (await db.sql<AmendmentRow>`SELECT * FROM energy.trade_amendment WHERE replaced_by = ANY (${tradeIds}::uuid[])`).map(toAmendment);
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

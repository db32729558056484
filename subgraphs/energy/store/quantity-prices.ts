import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { PublishedQuantityPrice, QuantityPrice } from '../profit/quantity.ts';

type Row = { month: LocalDate; version: number; eur_per_mwh: DecimalText; published_at: Date; imported_at: Date };

/** Stores a version; false when it is known already. */
export async function addQuantityPrice(tx: Tx, { month, version, eurPerMwh, publishedAt }: PublishedQuantityPrice, importedAt: Date): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO energy.quantity_price (month, version, eur_per_mwh, published_at, imported_at) VALUES (${month}, ${version}, ${eurPerMwh}, ${publishedAt}, ${importedAt}) ON CONFLICT DO NOTHING RETURNING version`;
  return added.length > 0;
}

/** The newest version of each month that begins in [from, until), in order of months; `after` is the month of the last one read. */
export async function quantityPricesPage(db: Queryable, { from, until }: { from: LocalDate; until: LocalDate }, { first, after }: { first: number; after: readonly string[] | null }): Promise<QuantityPrice[]> {
  const rows = await db.sql<Row>`
    SELECT DISTINCT ON (month) * FROM energy.quantity_price
    WHERE month >= ${from} AND month < ${until} AND (${after?.[0] ?? null}::date IS NULL OR month > ${after?.[0] ?? null}::date)
    ORDER BY month, version DESC LIMIT ${first + 1}`;
  return rows.map((row) => ({ month: row.month, version: row.version, eurPerMwh: row.eur_per_mwh, publishedAt: row.published_at, importedAt: row.imported_at }));
}

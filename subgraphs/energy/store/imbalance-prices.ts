import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ImbalancePrices, PublishedImbalancePrices } from '../profit/imbalance-price.ts';

type Row = { delivery_day: LocalDate; version: number; final: boolean; published_at: Date; imported_at: Date; eur_per_mwh: DecimalText[] };

/** Stores a version; false when it is known already. */
export async function addImbalancePrices(tx: Tx, { deliveryDay, version, final, publishedAt, eurPerMwh }: PublishedImbalancePrices, importedAt: Date): Promise<boolean> {
  const added = await tx.sql`
    INSERT INTO energy.imbalance_price (delivery_day, version, final, published_at, imported_at, eur_per_mwh)
    VALUES (${deliveryDay}, ${version}, ${final}, ${publishedAt}, ${importedAt}, ${eurPerMwh}::text[]::numeric[]) ON CONFLICT DO NOTHING RETURNING version`;
  return added.length > 0;
}

/** The newest version of each day, in order of days; `after` is the [day] of the last one read. */
export async function imbalancePricesPage(db: Queryable, { from, until }: { from: LocalDate; until: LocalDate }, { first, after }: { first: number; after: readonly string[] | null }): Promise<ImbalancePrices[]> {
  const rows = await db.sql<Row>`
    SELECT DISTINCT ON (delivery_day) * FROM energy.imbalance_price
    WHERE delivery_day >= ${from} AND delivery_day < ${until} AND (${after?.[0] ?? null}::date IS NULL OR delivery_day > ${after?.[0] ?? null}::date)
    ORDER BY delivery_day, version DESC LIMIT ${first + 1}`;
  return rows.map((row) => ({ deliveryDay: row.delivery_day, version: row.version, final: row.final, publishedAt: row.published_at, importedAt: row.imported_at, eurPerMwh: row.eur_per_mwh }));
}

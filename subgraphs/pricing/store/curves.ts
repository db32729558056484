// Curves are kept a row per delivery day: a year of hours is 365 rows, not 8,760.
import { newId } from '@stromgraph/kernel/ids';
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Curve } from '../curves/curve.ts';

/** Stores a version; null when it is known already. */
export async function addCurve(tx: Tx, curve: Curve, importedAt: Date): Promise<string | null> {
  const id = newId();
  const [added] = await tx.sql<{ id: string }>`
    INSERT INTO pricing.hpfc (id, trading_day, version, source, published_at, imported_at, from_day, until_day, minutes)
    VALUES (${id}, ${curve.tradingDay}, ${curve.version}, ${curve.source}, ${curve.publishedAt}, ${importedAt}, ${curve.from}, ${curve.until}, ${curve.minutes})
    ON CONFLICT (trading_day, version) DO NOTHING RETURNING id`;
  if (!added) return null;
  await tx.sql`
    INSERT INTO pricing.hpfc_day (hpfc_id, delivery_day, minutes, eur_per_mwh)
    SELECT ${id}, d.day, ${curve.minutes}, d.prices::numeric[]
    FROM unnest(${curve.days.map(({ day }) => day)}::date[], ${curve.days.map(({ eurPerMwh }) => `{${eurPerMwh.join(',')}}`)}::text[]) AS d (day, prices)`;
  return id;
}

/** Whether there is a curve at all. */
export async function hasCurve(db: Queryable): Promise<boolean> {
  const [row] = await db.sql<{ known: boolean }>`SELECT EXISTS (SELECT FROM pricing.hpfc) AS known`;
  return row!.known;
}

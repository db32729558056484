// Energy's copy of the price forward curve, a row per delivery day.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';

export type ToldCurve = Readonly<{ curveId: string; tradingDay: LocalDate; version: number; publishedAt: string; from: LocalDate; until: LocalDate; minutes: number }>;
export type ToldCurveDay = Readonly<{ curveId: string; day: LocalDate; eurPerMwh: readonly DecimalText[] }>;

export async function addCurves(tx: Tx, curves: readonly ToldCurve[]): Promise<void> {
  await tx.sql`
    INSERT INTO energy.price_curve (id, trading_day, version, published_at, from_day, until_day, minutes)
    SELECT c."curveId", c."tradingDay", c.version, c."publishedAt", c."from", c.until, c.minutes
    FROM jsonb_to_recordset(${JSON.stringify(curves)}::jsonb) AS c ("curveId" uuid, "tradingDay" date, version int, "publishedAt" timestamptz, "from" date, until date, minutes smallint)
    ON CONFLICT DO NOTHING`;
}

/** Stores days; answers the curves that have all their days now. */
export async function addCurveDays(tx: Tx, days: readonly ToldCurveDay[]): Promise<string[]> {
  await tx.sql`
    INSERT INTO energy.price_curve_day (curve_id, delivery_day, eur_per_mwh)
    SELECT d.curve_id, d.day, d.prices::numeric[]
    FROM unnest(${days.map(({ curveId }) => curveId)}::uuid[], ${days.map(({ day }) => day)}::date[], ${days.map(({ eurPerMwh }) => `{${eurPerMwh.join(',')}}`)}::text[]) AS d (curve_id, day, prices)
    ON CONFLICT DO NOTHING`;
  const rows = await tx.sql<{ id: string }>`
    UPDATE energy.price_curve c SET whole = true
    WHERE c.id = ANY (${[...new Set(days.map(({ curveId }) => curveId))]}::uuid[]) AND NOT c.whole
      AND c.until_day - c.from_day = (SELECT count(*) FROM energy.price_curve_day d WHERE d.curve_id = c.id) RETURNING c.id`;
  return rows.map(({ id }) => id);
}

/** A version of the price forward curve as positions name it. */
export type PriceCurve = Readonly<{ id: string; tradingDay: LocalDate; version: number; publishedAt: Date }>;

export async function curvesById(db: Queryable, ids: readonly string[]): Promise<PriceCurve[]> {
  const rows = await db.sql<{ id: string; trading_day: LocalDate; version: number; published_at: Date }>`
    SELECT id, trading_day, version, published_at FROM energy.price_curve WHERE id = ANY (${ids}::uuid[])`;
  return rows.map((row) => ({ id: row.id, tradingDay: row.trading_day, version: row.version, publishedAt: row.published_at }));
}

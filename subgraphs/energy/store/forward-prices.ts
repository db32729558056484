// Prices of curve days for calculations over years. They never change, so those of the newest curves are kept: every area is valued by the same.
import type { Queryable } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { LocalDate } from '@stromgraph/kernel/time';
import { toPriceUnits } from '../positions/price.ts';

/** A curve and one of its days. */
export type CurveDay = Readonly<{ curveId: string; day: LocalDate }>;

/** Some hundred days of doubles each. */
const KEPT_CURVES = 4;
const kept = new Map<string, Map<LocalDate, Float64Array>>();

/** In price units per step of the curve, for each of these days in their order; null for a day that its curve does not have. */
export async function priceUnitsOf(at: Queryable, wanted: readonly CurveDay[]): Promise<(Float64Array | null)[]> {
  const curves = new Map(wanted.map(({ curveId }) => [curveId, kept.get(curveId) ?? new Map<LocalDate, Float64Array>()]));
  await readMissing(at, curves, wanted.filter(({ curveId, day }) => !curves.get(curveId)!.has(day)));
  for (const [curveId, days] of curves) {
    kept.delete(curveId);
    kept.set(curveId, days);
  }
  for (const curveId of [...kept.keys()].slice(0, -KEPT_CURVES)) kept.delete(curveId); // those that were used longest ago
  return wanted.map(({ curveId, day }) => curves.get(curveId)!.get(day) ?? null);
}

async function readMissing(at: Queryable, curves: ReadonlyMap<string, Map<LocalDate, Float64Array>>, missing: readonly CurveDay[]): Promise<void> {
  if (missing.length === 0) return;
  const { rows } = await at.query<{ curve_id: string; delivery_day: LocalDate; eur_per_mwh: DecimalText[] }>(
    `SELECT p.* FROM unnest($1::uuid[], $2::date[]) w (curve_id, delivery_day) JOIN energy.price_curve_day p USING (curve_id, delivery_day)`,
    [missing.map(({ curveId }) => curveId), missing.map(({ day }) => day)],
  );
  for (const row of rows) curves.get(row.curve_id)!.set(row.delivery_day, Float64Array.from(row.eur_per_mwh, toPriceUnits));
}

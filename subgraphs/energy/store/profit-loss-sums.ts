import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ProfitLossChange, ProfitLossRange, ProfitLossStep, ProfitLossSum } from '../profit/profit-loss-sum.ts';
import { NO_AREA } from './position-totals.ts';
import { type AmountsRow, toAmounts } from './profit-loss.ts';

type Row = AmountsRow & {
  step: LocalDate;
  from_on: LocalDate;
  until_on: LocalDate;
  grid_area_id: string | null;
  days: number;
  realised_cents: bigint;
  unrealised_cents: bigint;
  provisional: boolean;
  calculated_at: Date;
  version: number | null;
};

const STEPS: Readonly<Record<ProfitLossStep, string>> = {
  DAY: 'd.delivery_day',
  MONTH: `date_trunc('month', d.delivery_day)::date`,
  YEAR: `date_trunc('year', d.delivery_day)::date`,
};
const AMOUNTS = ['purchased_watt_hours', 'purchased_cents', 'resold_watt_hours', 'resold_cents', 'sold_watt_hours', 'sold_cents', 'imbalance_watt_hours', 'imbalance_cents', 'margin_cents'];
const SUMS = `min(d.delivery_day) AS from_on, max(d.delivery_day) + 1 AS until_on, count(*)::int AS days, ${AMOUNTS.map((column) => `sum(d.${column})::bigint AS ${column}`).join(', ')},
  coalesce(sum(d.margin_cents) FILTER (WHERE d.state = 'REALISED'), 0)::bigint AS realised_cents, coalesce(sum(d.margin_cents) FILTER (WHERE d.state = 'EXPECTED'), 0)::bigint AS unrealised_cents,
  bool_or(d.valued_at <> 'FINAL') AS provisional, max(d.calculated_at) AS calculated_at, CASE WHEN count(*) = 1 THEN max(d.version) END AS version`;
/** The versions that stood at an instant, or stand. */
const standing = (asOf: string) => `
  SELECT DISTINCT ON (p.grid_area_id, p.delivery_day) p.* FROM energy.profit_loss p
  WHERE ($1::uuid[] IS NULL OR p.grid_area_id = ANY ($1)) AND p.delivery_day >= $2 AND p.delivery_day < $3 AND (${asOf} IS NULL OR p.calculated_at <= ${asOf})
  ORDER BY p.grid_area_id, p.delivery_day, p.version DESC`;
export type ProfitLossQuestion = Readonly<{ range: ProfitLossRange; step: ProfitLossStep; byArea: boolean; asOf: Date | null }>;

/** In order of time; `after` is the [step, area] of the last one read. */
export async function profitLossPage(db: Queryable, { range: { gridAreaIds, from, until }, step, byArea, asOf }: ProfitLossQuestion, { first, after }: { first: number; after: readonly string[] | null }): Promise<(ProfitLossSum & { step: LocalDate })[]> {
  const { rows } = await db.query<Row>(
    `SELECT s.* FROM (SELECT ${STEPS[step]} AS step, ${byArea ? 'd.grid_area_id' : 'NULL::uuid'} AS grid_area_id, ${SUMS} FROM (${standing('$4::timestamptz')}) d GROUP BY 1, 2) s
     WHERE $5::date IS NULL OR (s.step, coalesce(s.grid_area_id, '${NO_AREA}')) > ($5, $6::uuid) ORDER BY s.step, s.grid_area_id LIMIT $7`,
    [gridAreaIds, from, until, asOf, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
  return rows.map((row) => ({ ...toSum(row), step: row.step }));
}

/** Each of these versions, unless a later one of the same day is among them. */
export async function profitLossByVersion(db: Queryable, ids: readonly string[]): Promise<ProfitLossSum[]> {
  const { rows } = await db.query<Row>(
    `SELECT d.grid_area_id, ${SUMS} FROM (SELECT DISTINCT ON (grid_area_id, delivery_day) * FROM energy.profit_loss WHERE id = ANY ($1::uuid[]) ORDER BY grid_area_id, delivery_day, version DESC) d
     GROUP BY d.delivery_day, d.grid_area_id ORDER BY d.delivery_day, d.grid_area_id`,
    [ids],
  );
  return rows.map(toSum);
}

type ChangeRow = { before: bigint; after: bigint; price: bigint; volume: bigint; deals: bigint; imbalance: bigint };

/** What the days' margin was at an instant and at a later one (null: now), and the effects of every version between. */
export async function profitLossChange(db: Queryable, { range: { gridAreaIds, from, until }, since, asOf }: { range: ProfitLossRange; since: Date; asOf: Date | null }): Promise<ProfitLossChange> {
  const effect = (column: string) => `coalesce(sum(p.${column}), 0)::bigint`;
  const { rows } = await db.query<ChangeRow>(
    `SELECT (SELECT coalesce(sum(margin_cents), 0)::bigint FROM (${standing('$4::timestamptz')}) d) AS before, (SELECT coalesce(sum(margin_cents), 0)::bigint FROM (${standing('$5::timestamptz')}) d) AS after,
       ${effect('price_effect_cents')} AS price, ${effect('volume_effect_cents')} AS volume, ${effect('deals_effect_cents')} AS deals, ${effect('imbalance_effect_cents')} AS imbalance
     FROM energy.profit_loss p
     WHERE ($1::uuid[] IS NULL OR p.grid_area_id = ANY ($1)) AND p.delivery_day >= $2 AND p.delivery_day < $3 AND p.calculated_at > $4 AND ($5 IS NULL OR p.calculated_at <= $5)`,
    [gridAreaIds, from, until, since, asOf],
  );
  const { before, after, price, volume, deals, imbalance } = rows[0]!;
  return { beforeCents: before, afterCents: after, effects: { priceCents: price, volumeCents: volume, dealsCents: deals, imbalanceCents: imbalance } };
}

const toSum = (row: Omit<Row, 'step'>): ProfitLossSum => ({
  ...toAmounts(row),
  from: row.from_on,
  until: row.until_on,
  gridAreaId: row.grid_area_id,
  days: row.days,
  realisedCents: row.realised_cents,
  unrealisedCents: row.unrealised_cents,
  provisional: row.provisional,
  calculatedAt: row.calculated_at,
  version: row.version,
});

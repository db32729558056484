import type { Queryable } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';
import type { MarkToMarket, MarkToMarketTotal } from '../profit/mark-to-market.ts';
import { newestPricesSql } from './curve-prices.ts';
import { STANDING_TRADES } from './trades.ts';

type Row = { id: string; watt_hours: bigint; unpriced_watt_hours: bigint; market_price: DecimalText | null; value_cents: bigint };
type TotalRow = { grid_area_id: string | null; trades: number; watt_hours: bigint; unpriced_watt_hours: bigint; value_cents: bigint };

/**
 * What is left to deliver of the trades of `book` after $1. Prices are summed once for each period that trades have in common; whole days by
 * their sum, of others the part that lies in the period. What no curve has a price for counts nothing. Each trade is rounded once.
 */
const VALUES = `
  left_over AS MATERIALIZED (SELECT b.*, greatest(b.from_at, date_bin('15 minutes', $1::timestamptz + interval '15 minutes' - interval '1 microsecond', 'epoch')) AS begin_at FROM book b WHERE b.until_at > $1),
  period AS MATERIALIZED (SELECT DISTINCT begin_at, until_at FROM left_over WHERE begin_at < until_at),
  span AS (SELECT (min(begin_at) AT TIME ZONE 'Europe/Berlin')::date AS first_day, (max(until_at) AT TIME ZONE 'Europe/Berlin')::date AS last_day FROM period),
  day_price AS MATERIALIZED (
    SELECT d.day::date AS day, d.day::date::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (d.day::date + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at, c.minutes, c.eur_per_mwh,
      (SELECT sum(p) FROM unnest(c.eur_per_mwh) p) * c.minutes / 15 AS whole
    FROM span s CROSS JOIN LATERAL generate_series(s.first_day, s.last_day, interval '1 day') d (day) JOIN LATERAL (${newestPricesSql('d.day::date')}) c ON true
  ), period_price AS MATERIALIZED (
    SELECT p.begin_at, p.until_at, sum(CASE WHEN p.begin_at <= d.start_at AND p.until_at >= d.end_at THEN d.whole ELSE part.eur END) AS eur,
      sum(extract(epoch FROM least(p.until_at, d.end_at) - greatest(p.begin_at, d.start_at)) / 900)::bigint AS quarters
    FROM period p JOIN day_price d ON d.start_at < p.until_at AND d.end_at > p.begin_at
    CROSS JOIN LATERAL (
      SELECT sum(u.price * extract(epoch FROM least(p.until_at, u.start_at + d.minutes * interval '1 minute') - greatest(p.begin_at, u.start_at)) / 900) AS eur
      FROM (SELECT price, d.start_at + (nth - 1) * d.minutes * interval '1 minute' AS start_at FROM unnest(d.eur_per_mwh) WITH ORDINALITY v (price, nth)) u
      WHERE NOT (p.begin_at <= d.start_at AND p.until_at >= d.end_at) AND u.start_at < p.until_at AND u.start_at + d.minutes * interval '1 minute' > p.begin_at
    ) part
    GROUP BY 1, 2
  ), valued AS (
    SELECT l.id, l.grid_area_id, CASE l.side WHEN 'BUY' THEN 1 ELSE -1 END AS sign, l.kilowatts * 250 * (extract(epoch FROM l.until_at - l.begin_at) / 900)::bigint AS watt_hours,
      l.kilowatts * 250 * coalesce(v.quarters, 0) AS priced_watt_hours, round(v.eur / nullif(v.quarters, 0), 5) AS market_price,
      round(CASE l.side WHEN 'BUY' THEN 1 ELSE -1 END * l.kilowatts * 250 * (coalesce(v.eur, 0) - l.price_eur_per_mwh * coalesce(v.quarters, 0)) / 10000)::bigint AS value_cents
    FROM left_over l LEFT JOIN period_price v ON v.begin_at = l.begin_at AND v.until_at = l.until_at WHERE l.begin_at < l.until_at
  )`;

/** Of these trades, those that stand and are not delivered yet. */
export async function markTrades(db: Queryable, tradeIds: readonly string[], now: Date): Promise<MarkToMarket[]> {
  const { rows } = await db.query<Row>(
    `WITH book AS (SELECT t.* FROM ${STANDING_TRADES} t WHERE t.id = ANY ($2::uuid[])), ${VALUES}
     SELECT id, watt_hours, watt_hours - priced_watt_hours AS unpriced_watt_hours, trim_scale(market_price) AS market_price, value_cents FROM valued`,
    [now, tradeIds],
  );
  return rows.map((row) => ({ tradeId: row.id, wattHours: row.watt_hours, unpricedWattHours: row.unpriced_watt_hours, marketPricePerMwh: row.market_price, valueCents: row.value_cents }));
}

/** All that stand, by area; the last row is their sum. */
export async function markBook(db: Queryable, gridAreaIds: readonly string[] | null, now: Date): Promise<MarkToMarketTotal[]> {
  const { rows } = await db.query<TotalRow>(
    `WITH book AS (SELECT t.* FROM ${STANDING_TRADES} t WHERE ($2::uuid[] IS NULL OR t.grid_area_id = ANY ($2)) AND t.until_at > $1), ${VALUES}
     SELECT grid_area_id, count(*)::int AS trades, coalesce(sum(sign * watt_hours), 0)::bigint AS watt_hours, coalesce(sum(sign * (watt_hours - priced_watt_hours)), 0)::bigint AS unpriced_watt_hours,
       coalesce(sum(value_cents), 0)::bigint AS value_cents
     FROM valued GROUP BY GROUPING SETS ((grid_area_id), ()) ORDER BY grid_area_id NULLS LAST`,
    [now, gridAreaIds],
  );
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, trades: row.trades, wattHours: row.watt_hours, unpricedWattHours: row.unpriced_watt_hours, valueCents: row.value_cents }));
}

import type { Db } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { AreaDay } from '../positions/area-day.ts';
import type { MarginPlan } from '../profit/margin-plan.ts';
import { newestPricesSql } from './curve-prices.ts';
import { readWithHashJoins } from './hash-joins.ts';
import { areaDayParameters } from './position-figures.ts';
import { ENERGY_DAYS, PROFILE_VALUES } from './profile-shares.ts';

type Row = { grid_area_id: string; from_on: LocalDate; until_on: LocalDate; watt_hours: bigint; sold_cents: bigint; cost_cents: bigint | null };

/** Per month and area, in this order: contracts by load profile, at the newest forward curve and at what customers pay. Each figure is rounded once. */
export async function marginPlans(db: Db<any>, areaDays: readonly AreaDay[]): Promise<MarginPlan[]> {
  const { rows } = await readWithHashJoins(db, (at) => at.query<Row>(STATEMENT, areaDayParameters(areaDays)));
  return rows.map((row) => ({ gridAreaId: row.grid_area_id, from: row.from_on, until: row.until_on, demandWattHours: row.watt_hours, soldCents: row.sold_cents, costCents: row.cost_cents }));
}

const STATEMENT = `
  WITH area_day AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)),
  ${PROFILE_VALUES}, ${ENERGY_DAYS},
  day_price AS MATERIALIZED (
    SELECT d.day, c.minutes, c.eur_per_mwh, d.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM (SELECT DISTINCT day FROM area_day) d LEFT JOIN LATERAL (${newestPricesSql('d.day')}) c ON true
  ), quarter AS MATERIALIZED (
    SELECT d.day, (extract(epoch FROM (q.start_at AT TIME ZONE 'Europe/Berlin')::time)::int / 900)::smallint AS slot, d.eur_per_mwh[(q.nth - 1)::int * 15 / d.minutes + 1] AS price
    FROM day_price d CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') WITH ORDINALITY q (start_at, nth)
  ), day_value AS MATERIALIZED (
    SELECT v.day, v.day_type, v.code, sum(v.share) AS share, sum(v.share * q.price) AS cost, count(q.price) = count(*) AS is_priced
    FROM quarter q JOIN profile_value v ON v.day = q.day AND v.slot = q.slot GROUP BY 1, 2, 3
  )
  SELECT d.grid_area_id, min(d.day) AS from_on, max(d.day) + 1 AS until_on, coalesce(round(sum(s.energy * v.share)), 0)::bigint AS watt_hours, coalesce(round(sum(s.priced * v.share) / 1000), 0)::bigint AS sold_cents,
    CASE WHEN coalesce(bool_and(v.is_priced), true) THEN coalesce(round(sum(s.energy * v.cost) / 10000), 0)::bigint END AS cost_cents
  FROM area_day d
  LEFT JOIN energy_day s ON s.grid_area_id = d.grid_area_id AND s.day = d.day
  LEFT JOIN day_value v ON v.day = d.day AND v.day_type = d.day_type AND v.code = s.profile
  GROUP BY date_trunc('month', d.day), d.grid_area_id ORDER BY min(d.day), d.grid_area_id`;

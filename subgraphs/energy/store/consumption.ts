// What customers of area-days that are over used: measured, or by profile where it is not known. Profit and loss and the reports of balancing groups say the same.
import { profileValuesSql } from './profile-shares.ts';

/** SQL of `area_day` and its `quarter` hours, for area-days as parameters, those before the fifth over. */
export const QUARTERS = `
  area_day AS MATERIALIZED (
    SELECT g.*, g.day < $5::date AS is_over, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
  ), quarter AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.day_type, d.is_over, q.nth, q.start_at, (extract(epoch FROM (q.start_at AT TIME ZONE 'Europe/Berlin')::time)::int / 900)::smallint AS slot
    FROM area_day d CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') WITH ORDINALITY q (start_at, nth)
  )`;

/**
 * SQL of the quarter hours of contracts for which a meter has a value that is doubted, or lacks one that it has to deliver, as `held` (day, contract_id, nths), of the rows of
 * `metered_day m` that are asked for. What another meter beside it measured is then a part only. A register below one that counts says nothing of its own.
 */
export const heldSql = (asked: string): string => `
  held AS MATERIALIZED (
    SELECT m.day, m.contract_id, array_agg(u.nth) AS nths FROM energy.metered_day m CROSS JOIN LATERAL unnest(m.watt_hours) WITH ORDINALITY u (w, nth)
    WHERE ${asked} AND (m.doubted OR m.missing <> '{}') AND CASE WHEN u.w IS NULL THEN u.nth - 1 = ANY (m.missing) ELSE m.doubted END AND (m.counts OR NOT EXISTS (
      SELECT FROM energy.metered_day o WHERE o.meter_id = m.meter_id AND o.day = m.day AND o.counts AND split_part(o.obis, ':', 1) = split_part(m.obis, ':', 1)))
    GROUP BY 1, 2
  )`;

/**
 * SQL over `supplied` (an area's day, its start, day_type, contract, profile, expected energy, price, is_metered): of those who are metered what their meters measured (`known`), for
 * all others and where no value is known, or is doubted, their share by load profile (`allocated`). Energy is summed exactly and rounded once per quarter hour; money is not rounded
 * here. Quarter hours are met by their start alone: by day and number, a plan that is kept compares all of a day with all. `codes` is SQL of the profiles whose values are read.
 */
export const consumptionSql = (codes: string): string => `${heldSql('m.grid_area_id = ANY ($1) AND m.day = ANY ($2)')},
  reading AS MATERIALIZED (
    SELECT s.day, s.start_at, s.contract_id, s.profile, s.expected, s.price, k.watt_hours, (SELECT sum(w) FROM unnest(k.watt_hours) w) AS total, array_position(k.watt_hours, NULL) IS NOT NULL AS has_gaps
    FROM supplied s JOIN energy.metered_day m ON m.grid_area_id = s.grid_area_id AND m.day = s.day AND m.contract_id = s.contract_id AND m.counts
    LEFT JOIN held h ON h.day = s.day AND h.contract_id = s.contract_id
    CROSS JOIN LATERAL (SELECT CASE WHEN h.nths IS NULL THEN m.watt_hours ELSE ARRAY(
      SELECT CASE WHEN u.nth = ANY (h.nths) THEN NULL ELSE u.w END FROM unnest(m.watt_hours) WITH ORDINALITY u (w, nth) ORDER BY u.nth) END AS watt_hours) k
    WHERE s.is_metered AND m.grid_area_id = ANY ($1) AND m.day = ANY ($2)
  ), metered_sold AS (
    SELECT day, sum(total * price) AS priced FROM reading GROUP BY 1
  ), known AS (
    SELECT r.start_at + (u.nth - 1) * interval '15 minutes' AS start_at, sum(u.watt_hours) AS watt_hours
    FROM reading r CROSS JOIN LATERAL unnest(r.watt_hours) WITH ORDINALITY u (watt_hours, nth) GROUP BY 1
  ), gap AS (
    SELECT r.day, r.contract_id, r.profile, r.expected, r.price, u.nth FROM reading r CROSS JOIN LATERAL unnest(r.watt_hours) WITH ORDINALITY u (watt_hours, nth)
    WHERE (r.day, r.contract_id) IN (SELECT day, contract_id FROM reading WHERE has_gaps) GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(u.watt_hours) = 0
  ), profile_energy AS MATERIALIZED (
    SELECT s.day, s.day_type, s.profile, NULL::bigint AS nth, sum(s.expected) AS energy, sum(s.expected * s.price) AS priced FROM supplied s
    WHERE NOT EXISTS (SELECT FROM reading r WHERE r.day = s.day AND r.contract_id = s.contract_id) GROUP BY 1, 2, 3
    UNION ALL
    SELECT g.day, d.day_type, g.profile, g.nth, sum(g.expected), sum(g.expected * g.price) FROM gap g JOIN area_day d ON d.day = g.day GROUP BY 1, 2, 3, 4
  ), ${profileValuesSql(codes)},
  allocated AS MATERIALIZED (
    SELECT q.start_at, sum(p.energy * v.share) AS watt_hours, sum(p.priced * v.share) AS priced
    FROM quarter q JOIN profile_energy p ON p.day = q.day AND (p.nth IS NULL OR p.nth = q.nth)
    JOIN profile_value v ON v.day = q.day AND v.day_type = q.day_type AND v.code = p.profile AND v.slot = q.slot GROUP BY 1
  )`;

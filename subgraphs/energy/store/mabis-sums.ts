// What meters and load profiles make of a balancing group's month in a grid area.
import type { Queryable } from '@stromgraph/kernel/database';
import { addMonths, QUARTER_HOUR_MS, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import type { Sums } from '../mabis/report.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { areasOfGroupSql } from './balancing-groups.ts';
import { STANDING_SUPPLY, SUPPLY_BY_LOAD_PROFILE } from './demand.ts';
import { areaDayParameters } from './position-figures.ts';
import { PROFILE_VALUES } from './profile-shares.ts';

type Month = Readonly<{ groupId: string; area: GridArea; month: LocalDate }>;

/** The days of the month on which the area is in the group count; energy of the others is the other group's. */
export async function sumsOfMonth(db: Queryable, { groupId, area, month }: Month): Promise<Sums> {
  const from = startOfDay(month);
  const count = (startOfDay(addMonths(month, 1)).getTime() - from.getTime()) / QUARTER_HOUR_MS;
  const [measured, profiled] = [Array.from({ length: count }, () => 0n), Array.from({ length: count }, () => 0n)];
  const days = await daysInGroup(db, { groupId, area, month });
  if (days.length === 0) return { measured, profiled, missingDays: 0 };
  const { rows } = await db.query<{ start_at: Date; measured: bigint; profiled: bigint }>(SUMS, areaDayParameters(areaDaysOf([area], days)));
  for (const row of rows) {
    const at = (row.start_at.getTime() - from.getTime()) / QUARTER_HOUR_MS;
    measured[at] = row.measured;
    profiled[at] = row.profiled;
  }
  const [missing] = (await db.query<{ days: number }>(MISSING, [area.id, days])).rows;
  return { measured, profiled, missingDays: missing!.days };
}

async function daysInGroup(db: Queryable, { groupId, area, month }: Month): Promise<LocalDate[]> {
  const { rows } = await db.query<{ day: LocalDate }>(
    `SELECT d.day FROM (SELECT generate_series($3::date, $3::date + interval '1 month' - interval '1 day', interval '1 day')::date) d (day)
     WHERE EXISTS (SELECT FROM (${areasOfGroupSql('$1', 'd.day')}) a WHERE a.id = $2) ORDER BY 1`,
    [groupId, area.id, month],
  );
  return rows.map(({ day }) => day);
}

/**
 * Customers that are balanced on their profile count by the load profile that the grid operator allocates, whatever their meters say; the rest of what meters measured is the measured
 * sum, and for days that are doubted the share by profile of whose they are. Contracts are read once and summed by the days on which their supply begins and ends. One rounding per quarter hour.
 */
const SUMS = `
  WITH area_day AS MATERIALIZED (
    SELECT g.*, g.day::timestamp AT TIME ZONE 'Europe/Berlin' AS start_at, (g.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' AS end_at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::numeric[]) AS g (grid_area_id, day, day_type, dynamisation)
  ), span AS (SELECT grid_area_id, min(day) AS first_day, max(day) AS last_day, min(start_at) AS start_at, max(end_at) AS end_at FROM area_day GROUP BY 1),
  supply AS MATERIALIZED (
    SELECT s.profile, greatest(s.from_on, p.first_day) AS from_day, CASE WHEN s.until_on <= p.last_day THEN s.until_on END AS until_day, sum(s.expected_watt_hours) AS expected_watt_hours
    FROM span p JOIN ${SUPPLY_BY_LOAD_PROFILE} s ON s.grid_area_id = p.grid_area_id JOIN energy.supply_contract c ON c.contract_id = s.contract_id
    WHERE c.metering_kind = 'PROFILE' AND s.from_on <= p.last_day AND (s.until_on IS NULL OR s.until_on > p.first_day) GROUP BY 1, 2, 3
  ), demand AS (
    SELECT d.grid_area_id, d.day AS delivery_day, s.profile, sum(s.expected_watt_hours)::bigint AS expected_watt_hours
    FROM area_day d JOIN supply s ON s.from_day <= d.day AND (s.until_day IS NULL OR d.day < s.until_day) GROUP BY 1, 2, 3
  ), ${PROFILE_VALUES},
  share AS MATERIALIZED (
    SELECT v.day, v.slot, sum(d.expected_watt_hours * v.share) AS watt_hours FROM demand d JOIN profile_value v ON v.day = d.delivery_day AND v.code = d.profile GROUP BY 1, 2
  ), doubted AS MATERIALIZED (
    SELECT v.day, v.slot, sum(c.expected_watt_hours * v.share) AS watt_hours
    FROM (SELECT DISTINCT m.contract_id, m.day FROM area_day d JOIN energy.metered_day m ON m.grid_area_id = d.grid_area_id AND m.day = d.day AND m.doubted) m
    JOIN ${STANDING_SUPPLY} c ON c.contract_id = m.contract_id AND c.metering_kind = 'INTERVAL' AND c.start_on <= m.day AND (c.end_on IS NULL OR m.day < c.end_on)
    JOIN profile_value v ON v.day = m.day AND v.code = c.profile
    WHERE NOT EXISTS (SELECT FROM energy.metered_day o WHERE o.contract_id = m.contract_id AND o.day = m.day AND o.counts) GROUP BY 1, 2
  ),
  of_profile_customers AS MATERIALIZED (
    SELECT m.day::timestamp AT TIME ZONE 'Europe/Berlin' + (u.nth - 1) * interval '15 minutes' AS start_at, sum(u.w) AS watt_hours
    FROM area_day d JOIN energy.metered_day m ON m.grid_area_id = d.grid_area_id AND m.day = d.day AND m.counts JOIN energy.supply_contract c ON c.contract_id = m.contract_id AND c.metering_kind = 'PROFILE'
    CROSS JOIN LATERAL unnest(m.watt_hours) WITH ORDINALITY u (w, nth) GROUP BY 1
  ), measured AS MATERIALIZED (
    SELECT DISTINCT ON (r.start_at) r.start_at, r.watt_hours FROM span p JOIN energy.realised_consumption r ON r.grid_area_id = p.grid_area_id AND r.source = 'METERED' AND r.start_at >= p.start_at AND r.start_at < p.end_at
    ORDER BY r.start_at, r.version DESC
  )
  SELECT q.start_at, greatest(round(coalesce(r.watt_hours, 0) - coalesce(o.watt_hours, 0) + coalesce(e.watt_hours, 0)), 0)::bigint AS measured, greatest(round(coalesce(s.watt_hours, 0)), 0)::bigint AS profiled
  FROM area_day d CROSS JOIN LATERAL generate_series(d.start_at, d.end_at - interval '15 minutes', interval '15 minutes') q (start_at)
  CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at)
  LEFT JOIN share s ON s.day = d.day AND s.slot = extract(hour FROM l.at)::int * 4 + extract(minute FROM l.at)::int / 15
  LEFT JOIN doubted e ON e.day = d.day AND e.slot = extract(hour FROM l.at)::int * 4 + extract(minute FROM l.at)::int / 15
  LEFT JOIN measured r ON r.start_at = q.start_at LEFT JOIN of_profile_customers o ON o.start_at = q.start_at`;

/** Days of supply of customers read by the quarter hour of which something is not known, or doubted: on the day of an exchange each meter knows a part. */
const MISSING = `
  SELECT count(*)::int AS days FROM unnest($2::date[]) d (day)
  JOIN energy.supply_contract c ON c.grid_area_id = $1 AND c.metering_kind = 'INTERVAL'
  LEFT JOIN LATERAL (SELECT e.end_on FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1) e ON true
  WHERE c.start_on <= d.day AND (coalesce(e.end_on, c.end_on) IS NULL OR d.day < coalesce(e.end_on, c.end_on))
    AND (SELECT count(DISTINCT u.nth) FROM energy.metered_day m CROSS JOIN LATERAL unnest(m.watt_hours) WITH ORDINALITY u (w, nth)
      WHERE m.grid_area_id = $1 AND m.day = d.day AND m.contract_id = c.contract_id AND m.counts AND u.w IS NOT NULL) < energy.quarter_hours_of(d.day)`;

// What meters and load profiles make of a balancing group's month in a grid area.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { addMonths, QUARTER_HOUR_MS, startOfDay, type LocalDate } from '@stromgraph/kernel/time';
import type { GridArea } from '../areas/grid-area.ts';
import type { Sums } from '../mabis/report.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { areasOfGroupSql } from './balancing-groups.ts';
import { consumptionSql, heldSql, QUARTERS } from './consumption.ts';
import { STANDING_SUPPLY, SUPPLY_BY_LOAD_PROFILE } from './demand.ts';
import { withHashJoins } from './hash-joins.ts';
import { areaDayParameters } from './position-figures.ts';

type Month = Readonly<{ groupId: string; area: GridArea; month: LocalDate }>;

/** The days of the month on which the area is in the group count; energy of the others is the other group's. */
export async function sumsOfMonth(db: Tx, { groupId, area, month }: Month): Promise<Sums> {
  const from = startOfDay(month);
  const count = (startOfDay(addMonths(month, 1)).getTime() - from.getTime()) / QUARTER_HOUR_MS;
  const [measured, profiled] = [Array.from({ length: count }, () => 0n), Array.from({ length: count }, () => 0n)];
  let assumed = 0n;
  const days = await daysInGroup(db, { groupId, area, month });
  if (days.length === 0) return { measured, profiled, assumed, missingDays: 0 };
  const { rows } = await withHashJoins(db, (at) => at.query<{ start_at: Date; measured: bigint; known: bigint; profiled: bigint }>(SUMS, [...areaDayParameters(areaDaysOf([area], days)), addMonths(month, 1)]));
  for (const row of rows) {
    const at = (row.start_at.getTime() - from.getTime()) / QUARTER_HOUR_MS;
    measured[at] = row.measured;
    profiled[at] = row.profiled;
    assumed += row.measured - row.known;
  }
  const [missing] = (await db.query<{ days: number }>(MISSING, [area.id, days])).rows;
  return { measured, profiled, assumed, missingDays: missing!.days };
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
 * Customers that are balanced on their profile count by the load profile that the grid operator allocates, whatever their meters say: they are read once and summed by the days on
 * which their supply begins and ends. Customers read by the quarter hour count as profit and loss has them. One rounding per quarter hour and series.
 */
const SUMS = `
  WITH ${QUARTERS},
  span AS (SELECT grid_area_id, min(day) AS first_day, max(day) AS last_day FROM area_day GROUP BY 1),
  profiled AS MATERIALIZED (
    SELECT s.profile, greatest(s.from_on, p.first_day) AS from_day, CASE WHEN s.until_on <= p.last_day THEN s.until_on END AS until_day, sum(s.expected_watt_hours) AS expected_watt_hours
    FROM span p JOIN ${SUPPLY_BY_LOAD_PROFILE} s ON s.grid_area_id = p.grid_area_id JOIN energy.supply_contract c ON c.contract_id = s.contract_id
    WHERE c.metering_kind = 'PROFILE' AND s.from_on <= p.last_day AND (s.until_on IS NULL OR s.until_on > p.first_day) GROUP BY 1, 2, 3
  ), demand AS (
    SELECT d.day, s.profile, sum(s.expected_watt_hours)::bigint AS expected_watt_hours
    FROM area_day d JOIN profiled s ON s.from_day <= d.day AND (s.until_day IS NULL OR d.day < s.until_day) GROUP BY 1, 2
  ), supplied AS MATERIALIZED (
    SELECT d.grid_area_id, d.day, d.start_at, d.day_type, true AS is_metered, c.contract_id, c.profile, c.expected_watt_hours AS expected, 0 AS price
    FROM area_day d JOIN ${STANDING_SUPPLY} c ON c.grid_area_id = d.grid_area_id AND c.metering_kind = 'INTERVAL' AND c.start_on <= d.day AND (c.end_on IS NULL OR d.day < c.end_on)
  ), ${consumptionSql('SELECT profile AS code FROM profile_energy UNION SELECT profile FROM profiled')},
  share AS MATERIALIZED (
    SELECT v.day, v.slot, sum(d.expected_watt_hours * v.share) AS watt_hours FROM demand d JOIN profile_value v ON v.day = d.day AND v.code = d.profile GROUP BY 1, 2
  )
  SELECT q.start_at, greatest(round(coalesce(k.watt_hours, 0) + coalesce(a.watt_hours, 0)), 0)::bigint AS measured, coalesce(k.watt_hours, 0)::bigint AS known, greatest(round(coalesce(s.watt_hours, 0)), 0)::bigint AS profiled
  FROM quarter q LEFT JOIN share s ON s.day = q.day AND s.slot = q.slot LEFT JOIN known k ON k.start_at = q.start_at LEFT JOIN allocated a ON a.start_at = q.start_at`;

/** Days of supply of customers read by the quarter hour of which something is not known, or doubted: on the day of an exchange each meter knows a part. */
const MISSING = `
  WITH ${heldSql('m.grid_area_id = $1 AND m.day = ANY ($2)')}
  SELECT count(*)::int AS days FROM unnest($2::date[]) d (day)
  JOIN energy.supply_contract c ON c.grid_area_id = $1 AND c.metering_kind = 'INTERVAL'
  LEFT JOIN LATERAL (SELECT e.end_on FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1) e ON true
  WHERE c.start_on <= d.day AND (coalesce(e.end_on, c.end_on) IS NULL OR d.day < coalesce(e.end_on, c.end_on))
    AND (SELECT count(DISTINCT u.nth) FROM energy.metered_day m CROSS JOIN LATERAL unnest(m.watt_hours) WITH ORDINALITY u (w, nth)
      WHERE m.grid_area_id = $1 AND m.day = d.day AND m.contract_id = c.contract_id AND m.counts AND u.w IS NOT NULL
        AND NOT EXISTS (SELECT FROM held h WHERE h.day = d.day AND h.contract_id = c.contract_id AND u.nth = ANY (h.nths))) < energy.quarter_hours_of(d.day)`;

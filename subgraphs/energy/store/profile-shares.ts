import { STANDING_SUPPLY } from './demand.ts';
import { SLOTS_OF_DAY } from './profile-slots.ts';

/** A profile is that of the delivery year or the last one known; `codes` is SQL of those that are asked for. */
const profileOfDaySql = (codes: string): string => `
  profile_of_day AS MATERIALIZED (
    SELECT d.day, d.day_type, l.code, l.year, l.version, CASE WHEN l.dynamised THEN d.dynamisation ELSE 1 END AS factor,
      energy.profile_period(l.seasonal, d.day)::smallint AS period
    FROM (SELECT DISTINCT day, day_type, dynamisation FROM area_day) d CROSS JOIN (${codes}) c
    CROSS JOIN LATERAL (
      SELECT l.* FROM energy.load_profile l WHERE l.code = c.code AND l.year <= extract(year FROM d.day)::int ORDER BY l.year DESC, l.version DESC LIMIT 1
    ) l
  )`;

const ALL_CODES = 'SELECT DISTINCT code FROM energy.load_profile';

/**
 * SQL of the share of its year that each of the profiles has in the quarter hours of `area_day` (day, day_type, dynamisation), as `profile_value` (day,
 * day_type, code, slot, share); a slot is of the local clock.
 */
export const profileValuesSql = (codes: string): string => `${profileOfDaySql(codes)}, profile_value AS MATERIALIZED (
    SELECT p.day, p.day_type, p.code, v.slot, v.value * p.factor * 0.000001 AS share
    FROM profile_of_day p ${SLOTS_OF_DAY}
  )`;
export const PROFILE_VALUES = profileValuesSql(ALL_CODES);

/** SQL of the same summed to days, as `profile_day` (day, day_type, code, share): of the hour from 02:00 none in spring, two in autumn. */
export const PROFILE_DAYS = `${profileOfDaySql(ALL_CODES)}, profile_sum AS MATERIALIZED (
    SELECT v.code, v.year, v.version, v.month, v.day_type, sum(v.value) AS whole, sum(v.value) FILTER (WHERE v.slot BETWEEN 8 AND 11) AS doubled
    FROM energy.slp_profile v WHERE (v.code, v.year, v.version) IN (SELECT code, year, version FROM profile_of_day) GROUP BY 1, 2, 3, 4, 5
  ), profile_day AS MATERIALIZED (
    SELECT p.day, p.day_type, p.code, (s.whole + s.doubled * (energy.quarter_hours_of(p.day) - 96) / 4) * p.factor * 0.000001 AS share
    FROM profile_of_day p JOIN profile_sum s ON s.code = p.code AND s.year = p.year AND s.version = p.version AND s.month = p.period AND s.day_type = p.day_type
  )`;

/**
 * SQL of the yearly energy of the contracts supplied on each day from the first to the last of `area_day`, by area and profile, as `energy_day`
 * (grid_area_id, profile, day, energy, priced: the same times what customers pay in ct/kWh). Contracts are read once: what begins and ends on a day is
 * carried on to the days after it.
 */
export const ENERGY_DAYS = `
  span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM area_day),
  supplied AS MATERIALIZED (
    SELECT c.grid_area_id, c.profile, greatest(c.start_on, s.first_day) AS from_day, CASE WHEN c.end_on <= s.last_day THEN c.end_on END AS until_day, c.expected_watt_hours AS energy,
      c.expected_watt_hours * coalesce(p.energy_ct_per_kwh, 0) AS priced
    FROM span s JOIN ${STANDING_SUPPLY} c ON c.start_on <= s.last_day AND (c.end_on IS NULL OR c.end_on > greatest(s.first_day, c.start_on))
    LEFT JOIN energy.contract_price p USING (contract_id) WHERE c.grid_area_id IN (SELECT grid_area_id FROM area_day)
  ), step AS MATERIALIZED (
    SELECT grid_area_id, profile, day, sum(energy) AS energy, sum(priced) AS priced FROM (
      SELECT grid_area_id, profile, from_day AS day, energy, priced FROM supplied UNION ALL SELECT grid_area_id, profile, until_day, -energy, -priced FROM supplied WHERE until_day IS NOT NULL
    ) s GROUP BY 1, 2, 3
  ), energy_day AS MATERIALIZED (
    SELECT g.grid_area_id, g.profile, d.day::date AS day, sum(t.energy) OVER w AS energy, sum(t.priced) OVER w AS priced
    FROM (SELECT DISTINCT grid_area_id, profile FROM step) g CROSS JOIN span s CROSS JOIN LATERAL generate_series(s.first_day, s.last_day, interval '1 day') d (day)
    LEFT JOIN step t ON t.grid_area_id = g.grid_area_id AND t.profile = g.profile AND t.day = d.day::date WINDOW w AS (PARTITION BY g.grid_area_id, g.profile ORDER BY d.day)
  )`;

/**
 * SQL of the share of its year that each profile has in the quarter hours of `area_day` (day, day_type, dynamisation), as `profile_value` (day,
 * day_type, code, slot, share); a slot is of the local clock. A profile is that of the delivery year or the last one known.
 */
export const PROFILE_VALUES = `
  profile_of_day AS MATERIALIZED (
    SELECT d.day, d.day_type, l.code, l.year, l.version, CASE WHEN l.dynamised THEN d.dynamisation ELSE 1 END AS factor,
      energy.profile_period(l.seasonal, d.day)::smallint AS period
    FROM (SELECT DISTINCT day, day_type, dynamisation FROM area_day) d CROSS JOIN (SELECT DISTINCT code FROM energy.load_profile) c
    CROSS JOIN LATERAL (
      SELECT l.* FROM energy.load_profile l WHERE l.code = c.code AND l.year <= extract(year FROM d.day)::int ORDER BY l.year DESC, l.version DESC LIMIT 1
    ) l
  ), profile_value AS MATERIALIZED (
    SELECT p.day, p.day_type, p.code, v.slot, v.value * p.factor * 0.000001 AS share
    FROM profile_of_day p JOIN energy.slp_profile v ON v.code = p.code AND v.year = p.year AND v.version = p.version
      AND v.month = p.period AND v.day_type = p.day_type
  )`;

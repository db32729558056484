/**
 * SQL that joins to each `p` (code, year, version, period, day_type) of a profile its values by slot, as `v`. Each is looked up by its place:
 * PostgreSQL takes the five columns for independent, expects a row of them all, and would rather sort every profile that there is.
 */
export const SLOTS_OF_DAY = `CROSS JOIN LATERAL (
      SELECT v.slot, v.value FROM energy.slp_profile v
      WHERE v.code = p.code AND v.year = p.year AND v.version = p.version AND v.month = p.period AND v.day_type = p.day_type OFFSET 0
    ) v`;

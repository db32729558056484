-- The sums of months are looked at like those of days, and the power of a connection against what the connection carries.

/* Months from `first` to before `last` whose kept sums are not those of their days: none, or something wrote past ingest. */
CREATE FUNCTION metering.usage_month_faults(first date, last date)
RETURNS TABLE (register_id integer, month date, summed_watt_hours bigint, kept_watt_hours bigint, summed_values bigint, kept_values integer) LANGUAGE sql STABLE AS $$
  WITH summed AS (
    SELECT d.register_id, date_trunc('month', d.day)::date AS month, sum(d.watt_hours)::bigint AS watt_hours, sum(d.known_values) AS known
    FROM metering.usage_daily d WHERE d.day >= date_trunc('month', first) AND d.day < last GROUP BY 1, 2 HAVING sum(d.known_values) > 0
  ), kept AS (
    SELECT m.* FROM metering.usage_monthly m WHERE m.month >= date_trunc('month', first) AND m.month < last
  )
  SELECT coalesce(s.register_id, k.register_id), coalesce(s.month, k.month), s.watt_hours, k.watt_hours, s.known, k.known_values
  FROM summed s FULL JOIN kept k ON k.register_id = s.register_id AND k.month = s.month
  WHERE (s.watt_hours, s.known) IS DISTINCT FROM (k.watt_hours, k.known_values::bigint)
  ORDER BY 1, 2
$$;

UPDATE metering.vee_rule SET measure = 'percent of what the connection carries, in one interval: 43 kW, or the power at which the expected use of a year takes 1,000 hours', warns_above = 100, blocks_above = 230
WHERE rule = 'R11';

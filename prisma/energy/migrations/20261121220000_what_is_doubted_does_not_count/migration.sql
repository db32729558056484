-- A day whose values are doubted is kept and not calculated with until somebody has decided; of registers that measure the same energy one counts.

/* Totals before tariffs, and of both the load profile (29) before energy per period (9) before counters (8): the least is what counts. */
CREATE FUNCTION energy.register_rank(obis text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN obis LIKE '%.0' THEN 0 ELSE 10 END + CASE split_part(obis, '.', 2) WHEN '29' THEN 0 WHEN '9' THEN 1 ELSE 2 END
$$;
ALTER TABLE energy.metered_day
  ADD COLUMN doubted boolean NOT NULL DEFAULT false,
  /* Whether what was used is calculated from it. */
  ADD COLUMN counts boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT doubted_days_do_not_count CHECK (NOT (doubted AND counts));

CREATE FUNCTION energy.refuse_energy_counted_twice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused record;
BEGIN
  SELECT a.meter_id, a.day, a.obis, o.obis AS other INTO refused FROM after a
  CROSS JOIN LATERAL (SELECT m.obis, m.counts FROM energy.metered_day m WHERE m.meter_id = a.meter_id AND m.day = a.day OFFSET 0) o
  WHERE a.counts AND o.counts AND split_part(a.obis, ':', 1) = split_part(o.obis, ':', 1) AND energy.register_rank(a.obis) <> energy.register_rank(o.obis) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% and % of meter % on % are the same energy', refused.obis, refused.other, refused.meter_id, refused.day USING ERRCODE = 'restrict_violation', CONSTRAINT = 'energy_counts_once';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER energy_counts_once AFTER INSERT ON energy.metered_day REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_energy_counted_twice();
CREATE TRIGGER changed_energy_counts_once AFTER UPDATE ON energy.metered_day REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_energy_counted_twice();

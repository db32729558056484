-- Our working value stands where the market has none, or in place of the value of the market that was looked at, until the market says something else.

/* An estimation, or a look at what has not come, is a batch of its own. */
ALTER TABLE metering.batch DROP CONSTRAINT batch_source_check,
  ADD CONSTRAINT batch_source_check CHECK (source IN ('GRAPHQL', 'REST_JSON', 'REST_CSV', 'MARKET', 'VALIDATION'));
/* A day of which nothing has come is a day too. */
ALTER TABLE metering.usage_daily DROP CONSTRAINT usage_daily_known_values_check,
  ADD CONSTRAINT usage_daily_known_values_check CHECK (known_values >= 0),
  ADD CONSTRAINT days_without_values_have_no_energy CHECK (known_values > 0 OR watt_hours = 0);

ALTER TABLE metering.interval_working
  ADD COLUMN minutes smallint NOT NULL DEFAULT 15 CHECK (minutes IN (15, 30, 60)),
  /* The value of the market that it stands in place of; null where there was none. */
  ADD COLUMN instead_watt_hours bigint,
  ADD COLUMN instead_status metering.value_status,
  /* What the method was given: neighbours, like days, readings of the counter. */
  ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(inputs) = 'object'),
  ADD COLUMN batch_id uuid REFERENCES metering.batch,
  ADD CONSTRAINT working_values_are_formed_by_a_known_method CHECK (method IN ('INTERPOLATION', 'LIKE_DAYS', 'PROFILE', 'BY_HAND')),
  ADD CONSTRAINT working_values_stand_in_place_of_a_whole_value CHECK ((instead_watt_hours IS NULL) = (instead_status IS NULL)),
  ADD CONSTRAINT working_values_differ CHECK (instead_status = 'PROVISIONAL' OR instead_watt_hours IS DISTINCT FROM watt_hours);

-- What our working value was before it changed or gave way; written by the trigger below only.
CREATE TABLE metering.interval_working_superseded (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  start_at timestamptz NOT NULL,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  instead_watt_hours bigint,
  instead_status metering.value_status,
  method text NOT NULL,
  reason text NOT NULL,
  inputs jsonb NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz NOT NULL CHECK (known_until >= known_from)
);
CREATE INDEX interval_working_superseded_by_start ON metering.interval_working_superseded (register_id, start_at);

/*
 * The matrix of replacements between the market's values and ours: ours is a substitute, so it stands over a provisional one that came later,
 * and gives way to every other. Ours has a reason and a method always (columns without null).
 */
CREATE FUNCTION metering.working_value_stands(instead_watt_hours bigint, instead_status metering.value_status, watt_hours bigint, status metering.value_status)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(status = 'PROVISIONAL', false) OR (instead_watt_hours, instead_status) IS NOT DISTINCT FROM (watt_hours, status)
$$;
CREATE FUNCTION metering.refuse_working_values_without_a_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fault record;
BEGIN
  SELECT f.register_id, f.start_at INTO fault FROM fresh f LEFT JOIN metering.interval i ON i.register_id = f.register_id AND i.start_at = f.start_at
  WHERE (f.instead_watt_hours, f.instead_status) IS DISTINCT FROM (i.watt_hours, i.status) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the market has another value at % of register % than the one that a working value stands in place of', fault.start_at, fault.register_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'working_values_stand_in_place_of_the_markets';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER working_values_have_a_place AFTER INSERT ON metering.interval_working REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_intervals_without_a_place();
CREATE TRIGGER working_values_stand_in_place_of_the_markets AFTER INSERT ON metering.interval_working REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_working_values_without_a_ground();
CREATE TRIGGER working_values_still_stand_in_place_of_the_markets AFTER UPDATE ON metering.interval_working REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_working_values_without_a_ground();

CREATE FUNCTION metering.keep_changed_working_values() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM after a LEFT JOIN before b ON b.register_id = a.register_id AND b.start_at = a.start_at WHERE b.minutes IS DISTINCT FROM a.minutes) THEN
    RAISE EXCEPTION 'a working value keeps its register, start and length' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'working_values_keep_their_place';
  END IF;
  INSERT INTO metering.interval_working_superseded (register_id, start_at, watt_hours, instead_watt_hours, instead_status, method, reason, inputs, known_from, known_until)
  SELECT b.register_id, b.start_at, b.watt_hours, b.instead_watt_hours, b.instead_status, b.method, b.reason, b.inputs, b.set_at, a.set_at
  FROM before b JOIN after a ON a.register_id = b.register_id AND a.start_at = b.start_at WHERE a IS DISTINCT FROM b ORDER BY 1, 2;
  RETURN NULL;
END $$;
CREATE TRIGGER changed_working_values_are_kept AFTER UPDATE ON metering.interval_working REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION metering.keep_changed_working_values();

/* A working value ends when it gives way: from when the market's other value was known on. */
CREATE FUNCTION metering.keep_ended_working_values() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp AS $$
DECLARE
  fault record;
BEGIN
  SELECT b.register_id, b.start_at INTO fault FROM before b LEFT JOIN metering.interval i ON i.register_id = b.register_id AND i.start_at = b.start_at
  WHERE metering.working_value_stands(b.instead_watt_hours, b.instead_status, i.watt_hours, i.status) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the working value at % of register % has not given way', fault.start_at, fault.register_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'working_values_give_way_to_the_markets';
  END IF;
  INSERT INTO metering.interval_working_superseded (register_id, start_at, watt_hours, instead_watt_hours, instead_status, method, reason, inputs, known_from, known_until)
  SELECT b.register_id, b.start_at, b.watt_hours, b.instead_watt_hours, b.instead_status, b.method, b.reason, b.inputs, b.set_at, greatest(b.set_at, i.known_from)
  FROM before b JOIN metering.interval i ON i.register_id = b.register_id AND i.start_at = b.start_at ORDER BY 1, 2;
  RETURN NULL;
END $$;
CREATE TRIGGER ended_working_values_are_kept AFTER DELETE ON metering.interval_working REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION metering.keep_ended_working_values();
CREATE TRIGGER working_values_are_never_emptied BEFORE TRUNCATE ON metering.interval_working FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_working_values_never_change BEFORE UPDATE OR DELETE ON metering.interval_working_superseded FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_working_values_stay BEFORE TRUNCATE ON metering.interval_working_superseded FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON metering.interval_working_superseded FROM stromgraph_metering;
REVOKE TRUNCATE ON metering.interval_working FROM stromgraph_metering;

-- How missing values are estimated, by the length of the gap: the first method whose length suffices and whose inputs are there. Data: a retailer sets its own.
CREATE TABLE metering.vee_estimation (
  method text PRIMARY KEY CHECK (method IN ('INTERPOLATION', 'LIKE_DAYS', 'PROFILE')),
  preference smallint NOT NULL UNIQUE CHECK (preference > 0),
  /* Null: of any length. */
  up_to_minutes integer CHECK (up_to_minutes > 0)
);
INSERT INTO metering.vee_estimation VALUES ('INTERPOLATION', 1, 45), ('LIKE_DAYS', 2, 10080), ('PROFILE', 3, NULL);

CREATE INDEX vee_result_of_gaps ON metering.vee_result (id) WHERE rule = 'R01' AND action = 'FLAGGED';

/* As before; a day of which nothing has come has no intervals to sum. */
CREATE OR REPLACE FUNCTION metering.usage_faults(first date, last date)
RETURNS TABLE (register_id integer, day date, summed_watt_hours bigint, kept_watt_hours bigint, summed_values integer, kept_values integer) LANGUAGE sql STABLE AS $$
  WITH summed AS (
    SELECT i.register_id, (i.start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(i.watt_hours)::bigint AS watt_hours, count(*)::integer AS known,
      (count(*) FILTER (WHERE i.status = 'SUBSTITUTE'))::integer AS substitute, (count(*) FILTER (WHERE i.status = 'PROVISIONAL'))::integer AS provisional
    FROM metering.interval i
    WHERE i.start_at >= first::timestamp AT TIME ZONE 'Europe/Berlin' AND i.start_at < last::timestamp AT TIME ZONE 'Europe/Berlin' GROUP BY 1, 2
  ), kept AS (
    SELECT d.* FROM metering.usage_daily d WHERE d.day >= first AND d.day < last AND d.known_values + d.watt_hours > 0
  )
  SELECT coalesce(s.register_id, k.register_id), coalesce(s.day, k.day), s.watt_hours, k.watt_hours, s.known, k.known_values
  FROM summed s FULL JOIN kept k ON k.register_id = s.register_id AND k.day = s.day
  WHERE (s.watt_hours, s.known, s.substitute, s.provisional) IS DISTINCT FROM (k.watt_hours, k.known_values, k.substitute_values, k.provisional_values)
  ORDER BY 1, 2
$$;

-- Customers see our working values as they see the market's.
ALTER TABLE metering.interval_working ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.interval_working FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.interval_working TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.interval_working FOR SELECT TO stromgraph_metering_own USING (EXISTS (
  SELECT 1 FROM metering.usage_daily d WHERE d.register_id = interval_working.register_id AND d.day = (interval_working.start_at AT TIME ZONE 'Europe/Berlin')::date));
GRANT SELECT ON metering.interval_working TO stromgraph_metering_own;

-- That a substitute says why and how it was formed is the database's promise too, whether it takes a place or is the first there: what explains it is stored before it, for this value.
ALTER TABLE metering.interval_substitute
  DROP CONSTRAINT interval_substitute_reason_check, ADD CONSTRAINT interval_substitute_reason_check CHECK (reason ~ '\S'),
  DROP CONSTRAINT interval_substitute_method_check, ADD CONSTRAINT interval_substitute_method_check CHECK (method ~ '\S'),
  /* The value that is explained; what was stored before did not say it. */
  ADD COLUMN watt_hours bigint,
  ADD CONSTRAINT explanations_are_of_a_value CHECK (watt_hours IS NOT NULL AND watt_hours >= 0) NOT VALID;

/* One by one: few values are a substitute, and a plan over the whole table would be made when it is small and kept. */
CREATE FUNCTION metering.refuse_unexplained(of_register integer, at timestamptz, since timestamptz, explained bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM metering.interval_substitute s WHERE s.register_id = of_register AND s.start_at = at AND s.known_from = since AND s.watt_hours = explained) THEN
    RAISE EXCEPTION 'the substitute at % of register % has no reason and method', at, of_register
      USING ERRCODE = 'check_violation', CONSTRAINT = 'substitutes_are_explained', HINT = 'what explains it is stored before it, in metering.interval_substitute';
  END IF;
END $$;
CREATE FUNCTION metering.refuse_unexplained_substitutes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM metering.refuse_unexplained(f.register_id, f.start_at, f.known_from, f.watt_hours) FROM fresh f WHERE f.status = 'SUBSTITUTE';
  RETURN NULL;
END $$;
CREATE TRIGGER substitutes_are_explained AFTER UPDATE ON metering.interval REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_unexplained_substitutes();
/* As before; substitutes among the new values are counted in the same pass over them, as a second one would cost a hundredth of ingest. */
CREATE OR REPLACE FUNCTION metering.refuse_intervals_without_a_place() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
  registers integer[];
  lengths smallint[];
  firsts timestamptz[];
  untils timestamptz[];
  substitutes bigint := 0;
  /* R08: as far as the thresholds allow, for senders whose clocks run ahead. */
  latest timestamptz := platform.business_now() + coalesce((SELECT blocks_above FROM metering.vee_rule WHERE rule = 'R08'), 0) * interval '1 second';
BEGIN
  IF TG_TABLE_NAME = 'interval' THEN
    SELECT array_agg(f.register_id), array_agg(f.minutes), array_agg(f.first), array_agg(f.until), sum(f.substitutes) INTO registers, lengths, firsts, untils, substitutes
    FROM (SELECT register_id, minutes, min(start_at) AS first, max(start_at) + minutes * interval '1 minute' AS until, count(*) FILTER (WHERE status = 'SUBSTITUTE') AS substitutes FROM fresh GROUP BY 1, 2) f;
  ELSE
    SELECT array_agg(f.register_id), array_agg(f.minutes), array_agg(f.first), array_agg(f.until) INTO registers, lengths, firsts, untils
    FROM (SELECT register_id, minutes, min(start_at) AS first, max(start_at) + minutes * interval '1 minute' AS until FROM fresh GROUP BY 1, 2) f;
  END IF;
  PERFORM FROM metering.meter_register WHERE id = ANY (registers) ORDER BY id FOR NO KEY UPDATE;
  -- A statement of its own: it sees what was committed while the registers were waited for.
  SELECT f.*, r.interval_minutes IS DISTINCT FROM f.minutes AS misfits, f.until > latest AS goes_on INTO refused
  FROM unnest(registers, lengths, firsts, untils) f (register_id, minutes, first, until)
  LEFT JOIN LATERAL (SELECT meter_id, interval_minutes FROM metering.meter_register WHERE id = f.register_id LIMIT 1) r ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(range_agg(tstzrange(CASE WHEN e.id IS NULL THEN i.from_at ELSE date_bin(f.minutes * interval '1 minute', i.from_at, 'epoch') END, i.until_at)
      * tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')), '{}') AS times
    FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id
    LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at WHERE i.meter_id = r.meter_id) place
  WHERE r.interval_minutes IS DISTINCT FROM f.minutes OR f.until > latest OR NOT tstzrange(f.first, f.until) <@ place.times AND EXISTS (
    SELECT FROM fresh x WHERE x.register_id = f.register_id AND NOT tstzrange(x.start_at, x.start_at + x.minutes * interval '1 minute') <@ place.times)
  LIMIT 1;
  IF NOT FOUND THEN
    IF substitutes > 0 THEN
      PERFORM metering.refuse_unexplained(f.register_id, f.start_at, f.known_from, f.watt_hours) FROM fresh f WHERE f.status = 'SUBSTITUTE';
    END IF;
    RETURN NULL;
  END IF;
  IF refused.misfits THEN
    RAISE EXCEPTION 'an interval needs a register of its length' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_fit_their_register';
  ELSIF refused.goes_on THEN
    RAISE EXCEPTION 'an interval of register % is not over before %', refused.register_id, refused.until USING ERRCODE = 'check_violation', CONSTRAINT = 'intervals_are_over';
  END IF;
  RAISE EXCEPTION 'the meter of register % hung at no contract of ours at some time from % to %', refused.register_id, refused.first, refused.until
    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_have_a_place';
END $$;

-- A reason that says nothing is none.
ALTER TABLE metering.interval_working DROP CONSTRAINT interval_working_reason_check, ADD CONSTRAINT interval_working_reason_check CHECK (reason ~ '\S');
ALTER TABLE metering.reading DROP CONSTRAINT reading_reason_check, ADD CONSTRAINT reading_reason_check CHECK (reason ~ '\S'),
  DROP CONSTRAINT reading_method_check, ADD CONSTRAINT reading_method_check CHECK (method ~ '\S');
/* As before. */
CREATE OR REPLACE FUNCTION metering.keep_replaced_values() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp SET enable_nestloop = off AS $$
DECLARE
  told jsonb := coalesce(nullif(current_setting('stromgraph.replacement', true), ''), '{}');
  fault record;
BEGIN
  PERFORM set_config('stromgraph.replacement', '', true);
  IF EXISTS (SELECT FROM after a LEFT JOIN before b ON b.register_id = a.register_id AND b.start_at = a.start_at WHERE b.minutes IS DISTINCT FROM a.minutes) THEN
    RAISE EXCEPTION 'a value keeps its register, start and length' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'values_keep_their_place';
  END IF;
  SELECT b.register_id, b.start_at, b.status AS known, a.status AS next INTO fault
  FROM before b JOIN after a ON a.register_id = b.register_id AND a.start_at = b.start_at
  LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (register_id int, start_at timestamptz, reason text) ON r.register_id = b.register_id AND r.start_at = b.start_at
  WHERE (a.watt_hours, a.status, a.known_from) IS DISTINCT FROM (b.watt_hours, b.status, b.known_from)
    AND (a.status = 'PROVISIONAL' OR coalesce(r.reason, '') !~ '\S' AND (a.status = 'SUBSTITUTE' OR b.status = 'TRUE')) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% may not become % at % of register %', fault.known, fault.next, fault.start_at, fault.register_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'values_are_replaced_by_the_matrix', HINT = 'nothing becomes provisional; a substitute, and what replaces a true value, needs a reason';
  END IF;
  INSERT INTO metering.interval_superseded (register_id, start_at, watt_hours, status, known_from, known_until, cause, batch_id)
  SELECT b.register_id, b.start_at, b.watt_hours, b.status, b.known_from, a.known_from, coalesce(r.reason, b.status || ' became ' || a.status), (told ->> 'batchId')::uuid
  FROM before b JOIN after a ON a.register_id = b.register_id AND a.start_at = b.start_at
  LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (register_id int, start_at timestamptz, reason text) ON r.register_id = b.register_id AND r.start_at = b.start_at
  WHERE (a.watt_hours, a.status, a.known_from) IS DISTINCT FROM (b.watt_hours, b.status, b.known_from) ORDER BY 1, 2;
  RETURN NULL;
END $$;
/* As before. */
CREATE OR REPLACE FUNCTION metering.keep_replaced_readings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp SET enable_nestloop = off AS $$
DECLARE
  told jsonb := coalesce(nullif(current_setting('stromgraph.replacement', true), ''), '{}');
  fault record;
BEGIN
  PERFORM set_config('stromgraph.replacement', '', true);
  IF EXISTS (SELECT FROM after a LEFT JOIN before b ON b.id = a.id WHERE (b.meter_id, b.register_id, b.contract_id, b.customer_id, b.read_at)
    IS DISTINCT FROM (a.meter_id, a.register_id, a.contract_id, a.customer_id, a.read_at)) THEN
    RAISE EXCEPTION 'a reading keeps its register, contract and instant' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'readings_keep_their_place';
  END IF;
  SELECT b.id, b.quality AS known, a.quality AS next INTO fault
  FROM before b JOIN after a ON a.id = b.id LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (reading_id uuid, reason text) ON r.reading_id = b.id
  WHERE a IS DISTINCT FROM b AND (a.quality = 'PROVISIONAL' OR coalesce(r.reason, '') !~ '\S' AND (a.quality = 'SUBSTITUTED' OR b.quality = 'MEASURED')) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% may not become %: reading %', fault.known, fault.next, fault.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_are_replaced_by_the_matrix', HINT = 'nothing becomes provisional; a substitute, and what replaces a measured reading, needs a reason';
  END IF;
  INSERT INTO metering.reading_superseded (reading_id, watt_hours, quality, known_from, known_until, cause, reason, method)
  SELECT b.id, b.watt_hours, b.quality, b.imported_at, a.imported_at, coalesce(r.reason, b.quality || ' became ' || a.quality), b.reason, b.method
  FROM before b JOIN after a ON a.id = b.id LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (reading_id uuid, reason text) ON r.reading_id = b.id
  WHERE a IS DISTINCT FROM b ORDER BY 1;
  RETURN NULL;
END $$;

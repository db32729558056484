-- Where one contract ends and the next begins, one reading ends the last period of the first and begins the first period of the next. It is stored once, with one
-- of them; here is to whom it counts besides.
CREATE FUNCTION metering.boundary_readings(contracts uuid[]) RETURNS TABLE (reading_id uuid, contract_id uuid, is_end boolean) LANGUAGE sql STABLE AS $$
  SELECT v.id, s.contract_id, d.is_end FROM metering.supply s
  JOIN metering.installation i ON i.malo_id = s.malo_id
  CROSS JOIN LATERAL (VALUES (s.start_on, false), (s.end_on, true)) d (day, is_end)
  JOIN metering.reading v ON v.meter_id = i.meter_id AND v.read_at = d.day::timestamp AT TIME ZONE 'Europe/Berlin'
  WHERE s.contract_id = ANY (contracts) AND NOT s.cancelled AND v.contract_id <> s.contract_id
    AND i.from_at <= v.read_at AND (i.until_at IS NULL OR v.read_at <= i.until_at)
$$;
GRANT EXECUTE ON FUNCTION metering.boundary_readings(uuid[]) TO stromgraph_metering, stromgraph_metering_own;

/* A customer sees what the own contract ended or began with, though it is stored with another's. */
CREATE POLICY own_boundaries ON metering.reading FOR SELECT TO stromgraph_metering_own USING (EXISTS (
  SELECT FROM metering.supply s JOIN metering.installation i ON i.malo_id = s.malo_id
  WHERE i.meter_id = reading.meter_id AND NOT s.cancelled AND i.from_at <= reading.read_at AND (i.until_at IS NULL OR reading.read_at <= i.until_at)
    AND reading.read_at IN (s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')));

/* As before, in one look instead of three: thousands of readings may come at once. */
CREATE OR REPLACE FUNCTION metering.refuse_reading_of_a_foreign_meter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.read_at > platform.business_now() THEN
    RAISE EXCEPTION 'a reading at % lies in the future', NEW.read_at USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_lie_in_the_past';
  END IF;
  PERFORM FROM metering.meter_register r WHERE r.id = NEW.register_id AND r.meter_id = NEW.meter_id FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT EXISTS (
    SELECT FROM metering.supply s JOIN metering.installation i ON i.malo_id = s.malo_id
    WHERE s.contract_id = NEW.contract_id AND s.customer_id = NEW.customer_id AND NOT s.cancelled AND s.start_on::timestamp AT TIME ZONE 'Europe/Berlin' <= NEW.read_at
      AND (s.end_on IS NULL OR NEW.read_at <= s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')
      AND i.meter_id = NEW.meter_id AND i.from_at <= NEW.read_at AND (i.until_at IS NULL OR NEW.read_at <= i.until_at)) THEN
    RAISE EXCEPTION 'meter % was not at a market location of contract % at %', NEW.meter_id, NEW.contract_id, NEW.read_at
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'readings_belong_to_the_contract_of_their_time';
  END IF;
  RETURN NULL;
END $$;

-- A substitute has its reason and how it was formed, whether it takes a place or is the first there. Few values are one, so it stands beside the values: append-only, of each
-- substitute that ever stood. What explains the one that stands is the newest; of an earlier one what was known by then.
CREATE TABLE metering.interval_substitute (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  start_at timestamptz NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  method text NOT NULL CHECK (method <> ''),
  known_from timestamptz NOT NULL,
  batch_id uuid NOT NULL REFERENCES metering.batch
);
CREATE INDEX interval_substitute_by_start ON metering.interval_substitute (register_id, start_at, id);
CREATE TRIGGER substitutes_stay_explained BEFORE UPDATE OR DELETE ON metering.interval_substitute FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER explanations_are_never_emptied BEFORE TRUNCATE ON metering.interval_substitute FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON metering.interval_substitute FROM stromgraph_metering;
-- Customers see why a value of their own was formed.
ALTER TABLE metering.interval_substitute ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.interval_substitute FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.interval_substitute TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.interval_substitute FOR SELECT TO stromgraph_metering_own USING (EXISTS (
  SELECT 1 FROM metering.usage_daily d WHERE d.register_id = interval_substitute.register_id AND d.day = (interval_substitute.start_at AT TIME ZONE 'Europe/Berlin')::date));
GRANT SELECT ON metering.interval_substitute TO stromgraph_metering_own;

/* Of readings it stands with them; those stored before said it to nobody. */
ALTER TABLE metering.reading ADD COLUMN reason text CHECK (reason <> ''), ADD COLUMN method text CHECK (method <> ''),
  ADD CONSTRAINT substitutes_say_why_and_how CHECK (quality <> 'SUBSTITUTED' OR reason IS NOT NULL AND method IS NOT NULL) NOT VALID;
ALTER TABLE metering.reading_superseded ADD COLUMN reason text, ADD COLUMN method text;
/* As before; what a replaced substitute was explained by is kept with it. */
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
  WHERE a IS DISTINCT FROM b AND (a.quality = 'PROVISIONAL' OR coalesce(r.reason, '') = '' AND (a.quality = 'SUBSTITUTED' OR b.quality = 'MEASURED')) LIMIT 1;
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

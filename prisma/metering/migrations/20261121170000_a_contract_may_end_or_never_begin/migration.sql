-- A contract that was confirmed may be cancelled before its start: it stays known, but no value is ever its own.
ALTER TABLE metering.supply ADD COLUMN cancelled boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT supply_check,
  ADD CONSTRAINT supply_check CHECK (CASE WHEN cancelled THEN end_on = start_on ELSE end_on > start_on END);

/* As before; a reading at the start of what never began belongs to whoever was supplied until then. */
CREATE OR REPLACE FUNCTION metering.has_its_contract(subject metering.reading) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id AND NOT s.cancelled
    WHERE i.meter_id = subject.meter_id AND i.from_at <= subject.read_at AND (i.until_at IS NULL OR subject.read_at <= i.until_at)
      AND s.contract_id = subject.contract_id AND s.customer_id = subject.customer_id
      AND s.start_on::timestamp AT TIME ZONE 'Europe/Berlin' <= subject.read_at
      AND (s.end_on IS NULL OR subject.read_at <= s.end_on::timestamp AT TIME ZONE 'Europe/Berlin'))
$$;

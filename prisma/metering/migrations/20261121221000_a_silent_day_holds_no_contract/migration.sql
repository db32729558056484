-- As before; but a day of which nothing is known, found by looking for silence, is no value: a contract may end before it, as one hears of ends late.
CREATE OR REPLACE FUNCTION metering.refuse_values_without_a_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM metering.meter_register r JOIN metering.installation i ON i.meter_id = r.meter_id WHERE i.malo_id = OLD.malo_id ORDER BY r.id FOR NO KEY UPDATE OF r;
  IF EXISTS (SELECT FROM metering.reading r WHERE r.contract_id = OLD.contract_id AND NOT metering.has_its_contract(r)) OR EXISTS (
    SELECT FROM metering.usage_daily d LEFT JOIN metering.supply s ON s.contract_id = d.contract_id AND s.customer_id = d.customer_id AND s.malo_id = OLD.malo_id
      AND s.market_location_id = OLD.market_location_id AND s.start_on <= d.day AND (s.end_on IS NULL OR d.day < s.end_on)
    WHERE d.contract_id = OLD.contract_id AND s.contract_id IS NULL AND (d.known_values > 0 OR EXISTS (
      SELECT FROM metering.interval_working w WHERE w.register_id = d.register_id AND w.start_at >= d.day::timestamp AT TIME ZONE 'Europe/Berlin' AND w.start_at < (d.day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'))) THEN
    RAISE EXCEPTION 'contract % has values of its customer, place and time', OLD.contract_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'contracts_hold_their_values';
  END IF;
  RETURN NULL;
END $$;

-- Who is balanced on a load profile is settled later: what it allocated against what the register says, a ledger of its own.

-- Registers of customers without interval metering, as metering last told them.
CREATE TABLE energy.register_read (
  meter_id uuid NOT NULL,
  contract_id uuid NOT NULL REFERENCES energy.supply_contract,
  /* A reading counts as of 00:00 of its day. */
  read_on date NOT NULL,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  PRIMARY KEY (meter_id, contract_id, read_on)
);

CREATE TABLE energy.quantity_settlement (
  id uuid PRIMARY KEY,
  contract_id uuid NOT NULL REFERENCES energy.supply_contract,
  meter_id uuid NOT NULL,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  from_on date NOT NULL,
  until_on date NOT NULL CHECK (until_on > from_on),
  version integer NOT NULL CHECK (version > 0),
  settled_at timestamptz NOT NULL,
  /* Another reading has come between: the period counts no longer. */
  withdrawn boolean NOT NULL,
  measured_watt_hours bigint NOT NULL,
  allocated_watt_hours bigint NOT NULL,
  /* Plus: allocated and not used, paid back by the grid operator. */
  difference_watt_hours bigint NOT NULL,
  /* Of the forward curves, weighted by what was allocated; null where none had a price. */
  eur_per_mwh numeric,
  /* Plus: to our good. */
  amount_cents bigint,
  UNIQUE (contract_id, meter_id, from_on, until_on, version),
  CONSTRAINT difference_is_allocated_less_measured CHECK (difference_watt_hours = CASE WHEN withdrawn THEN 0 ELSE allocated_watt_hours - measured_watt_hours END),
  CONSTRAINT quantities_are_settled_at_their_price CHECK (amount_cents IS NOT DISTINCT FROM round(difference_watt_hours * eur_per_mwh / 10000))
);
CREATE INDEX quantity_settlement_by_period ON energy.quantity_settlement (until_on, id);
CREATE TRIGGER quantities_never_change BEFORE UPDATE OR DELETE ON energy.quantity_settlement FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER quantities_stay BEFORE TRUNCATE ON energy.quantity_settlement FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* Versions count from one on; periods of a meter that count do not overlap at the end of a transaction. */
CREATE FUNCTION energy.refuse_overlapping_quantities() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.version <> (SELECT count(*) FROM energy.quantity_settlement q WHERE (q.contract_id, q.meter_id, q.from_on, q.until_on) = (NEW.contract_id, NEW.meter_id, NEW.from_on, NEW.until_on) AND q.version <= NEW.version) THEN
    RAISE EXCEPTION 'version % of a quantity does not follow the one before', NEW.version USING ERRCODE = 'restrict_violation', CONSTRAINT = 'versions_of_quantities_follow_one_another';
  END IF;
  IF (SELECT count(*) FROM (SELECT DISTINCT ON (q.from_on, q.until_on) q.* FROM energy.quantity_settlement q WHERE q.contract_id = NEW.contract_id AND q.meter_id = NEW.meter_id
        AND daterange(q.from_on, q.until_on) && daterange(NEW.from_on, NEW.until_on) ORDER BY q.from_on, q.until_on, q.version DESC) s WHERE NOT s.withdrawn AND NOT NEW.withdrawn) > 1 THEN
    RAISE EXCEPTION 'the period from % until % is settled twice', NEW.from_on, NEW.until_on USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_day_is_settled_once';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER a_day_is_settled_once AFTER INSERT ON energy.quantity_settlement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_overlapping_quantities();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.quantity_settlement FROM stromgraph_energy;

-- Who is metered has a history: what it shows takes the place of the load profile. The metered contracts of an area and a profile share
-- one measured profile: the sum is that of a shape for each of them, and a hundred thousand contracts need no hundred thousand curves.
ALTER TABLE energy.load_profile DROP CONSTRAINT load_profile_source_check;
ALTER TABLE energy.load_profile ADD CONSTRAINT load_profile_source_check CHECK (source IN ('ENET', 'FILE', 'MEASURED'));

CREATE TABLE energy.measured_supply (
  contract_id uuid PRIMARY KEY REFERENCES energy.supply_contract,
  /* The measured profile that its expected energy is spread by. */
  profile text NOT NULL CHECK (profile <> ''),
  learned_at timestamptz NOT NULL
);
/* A contract is spread by a profile that was measured in its area from its own kind. */
CREATE FUNCTION energy.refuse_foreign_measured_profile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM energy.supply_contract c JOIN energy.grid_area a ON a.id = c.grid_area_id JOIN energy.load_profile l ON l.code = NEW.profile AND l.source = 'MEASURED'
    WHERE c.contract_id = NEW.contract_id AND NEW.profile = c.profile || ' ' || a.code) THEN
    RAISE EXCEPTION 'contract % is not of profile %', NEW.contract_id, NEW.profile USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER measured_profiles_are_of_their_area BEFORE INSERT OR UPDATE ON energy.measured_supply FOR EACH ROW EXECUTE FUNCTION energy.refuse_foreign_measured_profile();
CREATE INDEX metered_day_by_contract ON energy.metered_day (contract_id, day);
REVOKE TRUNCATE ON energy.measured_supply FROM stromgraph_energy;

-- What was used at a market location, day by day: over all its meters, as it was known from when on. What is corrected gets another version.
ALTER TABLE energy.metered_day ADD COLUMN malo_id text CHECK (malo_id ~ '^[1-9][0-9]{10}$');
CREATE INDEX metered_day_by_location ON energy.metered_day (malo_id, day);

CREATE TABLE energy.historic_consumption (
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9][0-9]{10}$'),
  day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  /* In order of time; null where no value is known. */
  watt_hours bigint[] NOT NULL,
  source text NOT NULL CHECK (source IN ('METERED', 'ENET')),
  ingested_at timestamptz NOT NULL,
  PRIMARY KEY (malo_id, day, version),
  CONSTRAINT historic_days_are_whole CHECK (cardinality(watt_hours) = energy.quarter_hours_of(day))
);
CREATE FUNCTION energy.refuse_gap_in_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE newest record; BEGIN
  SELECT version, ingested_at INTO newest FROM energy.historic_consumption h WHERE h.malo_id = NEW.malo_id AND h.day = NEW.day ORDER BY version DESC LIMIT 1;
  IF NEW.version <> coalesce(newest.version, 0) + 1 OR NEW.ingested_at < newest.ingested_at THEN
    RAISE EXCEPTION 'version % of % on % does not follow version %', NEW.version, NEW.malo_id, NEW.day, coalesce(newest.version, 0) USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER historic_versions_follow_one_another BEFORE INSERT ON energy.historic_consumption FOR EACH ROW EXECUTE FUNCTION energy.refuse_gap_in_history();
CREATE TRIGGER historic_versions_never_change BEFORE UPDATE OR DELETE ON energy.historic_consumption FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER historic_versions_stay BEFORE TRUNCATE ON energy.historic_consumption FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.historic_consumption FROM stromgraph_energy;

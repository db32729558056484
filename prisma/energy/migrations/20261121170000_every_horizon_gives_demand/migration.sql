-- The data service forecasts at four horizons: a day's quarter hours on the day and the day before, a week's hours, a year by month
-- and hour of the week. The shortest that has a day gives its demand. Contracts that it does not know are added by profile, and those
-- that have ended since its cut-off are taken out.

/* The first day of the period that a forecast of a horizon covers with a day, and the day after its last: a day, a week from Monday, a calendar year. */
CREATE FUNCTION energy.forecast_begins_on(horizon text, day date) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE horizon WHEN 'WEEK_AHEAD' THEN day - (extract(isodow FROM day)::integer - 1) WHEN 'YEAR_AHEAD' THEN make_date(extract(year FROM day)::integer, 1, 1) ELSE day END
$$;
CREATE FUNCTION energy.forecast_ends_on(horizon text, first_day date) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE horizon WHEN 'WEEK_AHEAD' THEN first_day + 7 WHEN 'YEAR_AHEAD' THEN make_date(extract(year FROM first_day)::integer + 1, 1, 1) ELSE first_day + 1 END
$$;
/* What the nth quarter (0 to 3) of an hour gets: whole watt-hours, the four of them exactly the hour's. */
CREATE FUNCTION energy.quarter_of(watt_hours bigint, nth integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT watt_hours * (nth + 1) / 4 - watt_hours * nth / 4
$$;

ALTER TABLE energy.demand_forecast
  /* What it was made from: load profiles, the transmission or the grid operator's figures; HISTORY: by ourselves, from what was used. */
  ADD COLUMN basis text NOT NULL DEFAULT 'SLP' CHECK (basis IN ('SLP', 'TSO', 'DSO', 'HISTORY')),
  /* Ours count their versions on their own. */
  ADD COLUMN own boolean NOT NULL GENERATED ALWAYS AS (basis = 'HISTORY') STORED,
  ADD CONSTRAINT forecasts_begin_with_their_period CHECK (delivery_day = energy.forecast_begins_on(horizon, delivery_day)),
  DROP CONSTRAINT demand_forecast_horizon_grid_area_id_delivery_day_version_key,
  ADD CONSTRAINT forecasts_have_one_row_per_version UNIQUE (grid_area_id, horizon, own, delivery_day, version);

/* Nobody uses less than nothing, and more than all of Germany in a quarter hour is a mistake. */
ALTER TABLE energy.day_ahead_demand_forecast ADD CONSTRAINT day_ahead_values_are_possible CHECK (demand_watt_hours BETWEEN 0 AND 25000000000);
CREATE TABLE energy.intraday_demand_forecast (
  forecast_id uuid NOT NULL REFERENCES energy.demand_forecast,
  start_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(start_at)),
  demand_watt_hours bigint NOT NULL CHECK (demand_watt_hours BETWEEN 0 AND 25000000000),
  PRIMARY KEY (forecast_id, start_at)
);
CREATE TABLE energy.weekly_demand_forecast (
  forecast_id uuid NOT NULL REFERENCES energy.demand_forecast,
  /* Of an hour: 168 in a week, 167 or 169 with a clock change. */
  start_at timestamptz NOT NULL CHECK (date_bin('1 hour', start_at, 'epoch') = start_at),
  demand_watt_hours bigint NOT NULL CHECK (demand_watt_hours BETWEEN 0 AND 100000000000),
  PRIMARY KEY (forecast_id, start_at)
);
CREATE TABLE energy.year_ahead_demand_forecast (
  forecast_id uuid NOT NULL REFERENCES energy.demand_forecast,
  month smallint NOT NULL CHECK (month BETWEEN 1 AND 12),
  /* Hour of a usual week by the local clock, 0 is Monday from 00:00. */
  week_hour smallint NOT NULL CHECK (week_hour BETWEEN 0 AND 167),
  demand_watt_hours bigint NOT NULL CHECK (demand_watt_hours BETWEEN 0 AND 100000000000),
  PRIMARY KEY (forecast_id, month, week_hour)
);
CREATE TRIGGER intraday_values_never_change BEFORE UPDATE OR DELETE ON energy.intraday_demand_forecast FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER intraday_values_stay BEFORE TRUNCATE ON energy.intraday_demand_forecast FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER weekly_values_never_change BEFORE UPDATE OR DELETE ON energy.weekly_demand_forecast FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER weekly_values_stay BEFORE TRUNCATE ON energy.weekly_demand_forecast FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER year_ahead_values_never_change BEFORE UPDATE OR DELETE ON energy.year_ahead_demand_forecast FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER year_ahead_values_stay BEFORE TRUNCATE ON energy.year_ahead_demand_forecast FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

/* A version comes whole, header first, in one transaction, with values of its period in the table of its horizon; later it does not grow. */
CREATE OR REPLACE FUNCTION energy.refuse_foreign_forecast_values() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused uuid;
BEGIN
  SELECT v.forecast_id INTO refused FROM (SELECT forecast_id, min(start_at) AS first, max(start_at) AS last FROM fresh GROUP BY 1) v
  WHERE NOT (
    SELECT f.horizon = TG_ARGV[0] AND f.written_by = pg_current_xact_id()::text::bigint AND v.first >= f.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin'
      AND v.last < energy.forecast_ends_on(f.horizon, f.delivery_day)::timestamp AT TIME ZONE 'Europe/Berlin'
    FROM energy.demand_forecast f WHERE f.id = v.forecast_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'values of forecast % are of its period and come with it', refused USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER values_come_with_their_forecast ON energy.day_ahead_demand_forecast;
CREATE TRIGGER values_come_with_their_forecast AFTER INSERT ON energy.day_ahead_demand_forecast REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_foreign_forecast_values('DAY_AHEAD');
CREATE TRIGGER values_come_with_their_forecast AFTER INSERT ON energy.intraday_demand_forecast REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_foreign_forecast_values('INTRADAY');
CREATE TRIGGER values_come_with_their_forecast AFTER INSERT ON energy.weekly_demand_forecast REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_foreign_forecast_values('WEEK_AHEAD');
CREATE FUNCTION energy.refuse_foreign_values_of_year() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT forecast_id FROM fresh) v WHERE NOT (
    SELECT f.horizon = 'YEAR_AHEAD' AND f.written_by = pg_current_xact_id()::text::bigint FROM energy.demand_forecast f WHERE f.id = v.forecast_id)) THEN
    RAISE EXCEPTION 'values of a forecast of a year come with it' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER values_come_with_their_forecast AFTER INSERT ON energy.year_ahead_demand_forecast REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_foreign_values_of_year();
CREATE OR REPLACE FUNCTION energy.refuse_unfinished_forecast() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  needed integer := CASE NEW.horizon WHEN 'YEAR_AHEAD' THEN 12 * 168 WHEN 'WEEK_AHEAD' THEN
    (extract(epoch FROM ((NEW.delivery_day + 7)::timestamp AT TIME ZONE 'Europe/Berlin') - (NEW.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin')) / 3600)::integer
    ELSE energy.quarter_hours_of(NEW.delivery_day) END;
  given integer := CASE NEW.horizon
    WHEN 'DAY_AHEAD' THEN (SELECT count(*) FROM energy.day_ahead_demand_forecast f WHERE f.forecast_id = NEW.id)
    WHEN 'INTRADAY' THEN (SELECT count(*) FROM energy.intraday_demand_forecast f WHERE f.forecast_id = NEW.id)
    WHEN 'WEEK_AHEAD' THEN (SELECT count(*) FROM energy.weekly_demand_forecast f WHERE f.forecast_id = NEW.id)
    ELSE (SELECT count(*) FROM energy.year_ahead_demand_forecast f WHERE f.forecast_id = NEW.id) END;
BEGIN
  IF NEW.written_by <> pg_current_xact_id()::text::bigint THEN
    RAISE EXCEPTION 'a forecast is of the transaction that writes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'writers_are_named_by_the_database';
  END IF;
  IF given <> needed THEN
    RAISE EXCEPTION 'a % forecast from % needs % values', NEW.horizon, NEW.delivery_day, needed USING ERRCODE = 'check_violation', CONSTRAINT = 'forecasts_are_whole_days';
  END IF;
  RETURN NULL;
END $$;

-- Which forecast gives the demand of a day: of those that have it the one of the lowest rank, of that its newest version.
CREATE TABLE energy.forecast_rank (
  horizon text NOT NULL CHECK (horizon IN ('DAY_AHEAD', 'INTRADAY', 'WEEK_AHEAD', 'YEAR_AHEAD')),
  own boolean NOT NULL,
  rank smallint NOT NULL UNIQUE CHECK (rank > 0),
  PRIMARY KEY (horizon, own)
);
/* The shorter horizon comes first; within one, what was imported: our own stands in for it. */
INSERT INTO energy.forecast_rank VALUES ('INTRADAY', false, 1), ('DAY_AHEAD', false, 2), ('DAY_AHEAD', true, 3), ('WEEK_AHEAD', false, 4), ('YEAR_AHEAD', false, 5);

-- A contract ends another day than it was confirmed with; each time that this is told is kept, so that what was known at a cut-off can be said.
CREATE TABLE energy.supply_end (
  contract_id uuid NOT NULL REFERENCES energy.supply_contract,
  version integer NOT NULL CHECK (version > 0),
  /* The first day without supply; the start itself when it never came to it. */
  end_on date NOT NULL,
  /* As it was known until then; null: none. */
  previous_end_on date,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (contract_id, version)
);
CREATE FUNCTION energy.refuse_impossible_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  contract energy.supply_contract := (SELECT c FROM energy.supply_contract c WHERE c.contract_id = NEW.contract_id FOR UPDATE);
  last energy.supply_end := (SELECT e FROM energy.supply_end e WHERE e.contract_id = NEW.contract_id ORDER BY e.version DESC LIMIT 1);
BEGIN
  IF NEW.end_on < contract.start_on THEN
    RAISE EXCEPTION 'contract % starts on % and cannot end on %', NEW.contract_id, contract.start_on, NEW.end_on USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF NEW.version <> coalesce(last.version, 0) + 1 OR NEW.previous_end_on IS DISTINCT FROM coalesce(last.end_on, contract.end_on) OR NEW.told_at < coalesce(last.told_at, contract.confirmed_at) THEN
    RAISE EXCEPTION 'an end of contract % follows what was known before it', NEW.contract_id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
/* What the market confirmed stays as it was; an end that is told stands beside it. */
DROP TRIGGER terms_stay_as_confirmed ON energy.supply_contract;
CREATE TRIGGER terms_stay_as_confirmed BEFORE UPDATE ON energy.supply_contract FOR EACH ROW WHEN (NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION energy.refuse_other_terms();
CREATE TRIGGER ends_follow_one_another BEFORE INSERT ON energy.supply_end FOR EACH ROW EXECUTE FUNCTION energy.refuse_impossible_end();
CREATE TRIGGER ends_never_change BEFORE UPDATE OR DELETE ON energy.supply_end FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER ends_stay BEFORE TRUNCATE ON energy.supply_end FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

/* What is to be taken out of a forecast has a minus. */
ALTER TABLE energy.profile_demand DROP CONSTRAINT profile_demand_expected_watt_hours_check;

REVOKE UPDATE, DELETE, TRUNCATE ON energy.intraday_demand_forecast, energy.weekly_demand_forecast, energy.year_ahead_demand_forecast, energy.supply_end FROM stromgraph_energy;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON energy.forecast_rank FROM stromgraph_energy;

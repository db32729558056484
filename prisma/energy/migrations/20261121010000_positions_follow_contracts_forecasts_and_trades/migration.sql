SELECT platform.equip_domain('energy');
-- What is bought against what will be used, per grid area and quarter hour. Every figure can be traced: forecasts come in
-- versions, trades never change, the positions' ledger is only ever added to.

/* 92, 96 or 100: a Berlin day has 23, 24 or 25 hours. */
CREATE FUNCTION energy.quarter_hours_of(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM ((day + 1)::timestamp AT TIME ZONE 'Europe/Berlin') - (day::timestamp AT TIME ZONE 'Europe/Berlin')) / 900)::integer
$$;
CREATE FUNCTION energy.is_quarter_hour(at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT date_bin('15 minutes', at, 'epoch') = at
$$;

-- A grid area, its balancing area and its control area are three things, each with an EIC code.
CREATE TABLE energy.grid_area (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{2}Y[A-Z0-9-]{12}[A-Z0-9]$'),
  name text NOT NULL CHECK (name <> ''),
  balancing_area_code text NOT NULL CHECK (balancing_area_code ~ '^[0-9]{2}Y[A-Z0-9-]{12}[A-Z0-9]$'),
  control_area_code text CHECK (control_area_code ~ '^[0-9]{2}Y[A-Z0-9-]{12}[A-Z0-9]$'),
  /* Its holidays shape the load profiles; null until the data service has told it: nationwide holidays only. */
  federal_state text CHECK (federal_state ~ '^[A-Z]{2}$')
);

-- A profile's values hold for one year of delivery; a correction is a new version.
CREATE TABLE energy.load_profile (
  code text NOT NULL CHECK (code <> ''),
  year integer NOT NULL CHECK (year BETWEEN 2000 AND 2999),
  version integer NOT NULL CHECK (version > 0),
  /* Whether every value is multiplied by F(day of the year). */
  dynamised boolean NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (code, year, version)
);
CREATE TABLE energy.slp_profile (
  code text NOT NULL,
  year integer NOT NULL,
  version integer NOT NULL,
  month smallint NOT NULL CHECK (month BETWEEN 1 AND 12),
  day_type text NOT NULL CHECK (day_type IN ('WT', 'SA', 'FT')),
  /* Quarter hour by the local clock, 0 to 95. */
  slot smallint NOT NULL CHECK (slot BETWEEN 0 AND 95),
  /* kWh in the quarter hour for 1,000,000 kWh a year. */
  value numeric NOT NULL CHECK (value >= 0),
  PRIMARY KEY (code, year, version, month, day_type, slot),
  FOREIGN KEY (code, year, version) REFERENCES energy.load_profile
);
CREATE TRIGGER profiles_never_change BEFORE UPDATE OR DELETE ON energy.load_profile FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER profiles_stay BEFORE TRUNCATE ON energy.load_profile FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER profile_values_never_change BEFORE UPDATE OR DELETE ON energy.slp_profile FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER profile_values_stay BEFORE TRUNCATE ON energy.slp_profile FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE FUNCTION energy.refuse_unfinished_profile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT count(*) FROM energy.slp_profile p WHERE (p.code, p.year, p.version) = (NEW.code, NEW.year, NEW.version)) <> 12 * 3 * 96 THEN
    RAISE EXCEPTION 'load profile % of % needs 3456 values', NEW.code, NEW.year USING ERRCODE = 'check_violation', CONSTRAINT = 'profiles_are_whole';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER profiles_are_whole AFTER INSERT ON energy.load_profile DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION energy.refuse_unfinished_profile();

-- What energy needs of a contract that the market has confirmed: its own copy.
CREATE TABLE energy.supply_contract (
  contract_id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  profile text NOT NULL CHECK (profile <> ''),
  metering_kind text NOT NULL CHECK (metering_kind IN ('PROFILE', 'INTERVAL')),
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours >= 0),
  start_on date NOT NULL,
  end_on date CHECK (end_on > start_on),
  confirmed_at timestamptz NOT NULL
);
/* What the market confirmed stays; an end may come. */
CREATE FUNCTION energy.refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'contract % was confirmed with other terms', OLD.contract_id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER terms_stay_as_confirmed BEFORE UPDATE ON energy.supply_contract FOR EACH ROW
  WHEN (to_jsonb(NEW) - 'end_on' IS DISTINCT FROM to_jsonb(OLD) - 'end_on') EXECUTE FUNCTION energy.refuse_other_terms();
CREATE INDEX supply_contract_by_confirmation ON energy.supply_contract (grid_area_id, confirmed_at);

-- Our portfolio's demand as the data service forecasts it for one area and day, as of a cut-off.
CREATE TABLE energy.demand_forecast (
  id uuid PRIMARY KEY,
  horizon text NOT NULL CHECK (horizon IN ('DAY_AHEAD', 'INTRADAY', 'WEEK_AHEAD', 'YEAR_AHEAD')),
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  published_at timestamptz NOT NULL,
  cut_off_at timestamptz NOT NULL CHECK (cut_off_at <= published_at),
  imported_at timestamptz NOT NULL,
  /* The transaction that wrote it: its values can be of no other. */
  written_by bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  UNIQUE (horizon, grid_area_id, delivery_day, version)
);
CREATE TABLE energy.day_ahead_demand_forecast (
  forecast_id uuid NOT NULL REFERENCES energy.demand_forecast,
  start_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(start_at)),
  demand_watt_hours bigint NOT NULL,
  price_eur_per_mwh numeric,
  PRIMARY KEY (forecast_id, start_at)
);
CREATE TRIGGER forecasts_never_change BEFORE UPDATE OR DELETE ON energy.demand_forecast FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER forecast_values_never_change BEFORE UPDATE OR DELETE ON energy.day_ahead_demand_forecast FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER forecasts_stay BEFORE TRUNCATE ON energy.demand_forecast FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER forecast_values_stay BEFORE TRUNCATE ON energy.day_ahead_demand_forecast FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* A version comes whole, header first, in one transaction, with values of its day; later it does not grow. */
CREATE FUNCTION energy.refuse_foreign_forecast_values() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused uuid;
BEGIN
  SELECT v.forecast_id INTO refused FROM (SELECT forecast_id, min(start_at) AS first, max(start_at) AS last FROM fresh GROUP BY 1) v
  WHERE NOT (
    SELECT f.written_by = pg_current_xact_id()::text::bigint AND v.first >= f.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin'
      AND v.last < (f.delivery_day + 1)::timestamp AT TIME ZONE 'Europe/Berlin'
    FROM energy.demand_forecast f WHERE f.id = v.forecast_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'values of forecast % are of its day and come with it', refused USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER values_come_with_their_forecast AFTER INSERT ON energy.day_ahead_demand_forecast REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_foreign_forecast_values();
CREATE FUNCTION energy.refuse_unfinished_forecast() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.written_by <> pg_current_xact_id()::text::bigint THEN
    RAISE EXCEPTION 'a forecast is of the transaction that writes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'writers_are_named_by_the_database';
  END IF;
  IF NEW.horizon = 'DAY_AHEAD' AND energy.quarter_hours_of(NEW.delivery_day) <> (
    SELECT count(*) FROM energy.day_ahead_demand_forecast f
    WHERE f.forecast_id = NEW.id AND f.start_at >= NEW.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin'
      AND f.start_at < (NEW.delivery_day + 1)::timestamp AT TIME ZONE 'Europe/Berlin') THEN
    RAISE EXCEPTION 'a forecast for % needs % quarter hours', NEW.delivery_day, energy.quarter_hours_of(NEW.delivery_day)
      USING ERRCODE = 'check_violation', CONSTRAINT = 'forecasts_are_whole_days';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER forecasts_are_whole_days AFTER INSERT ON energy.demand_forecast DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION energy.refuse_unfinished_forecast();

-- The price forward curve as pricing tells it: a copy that never changes; a curve counts once all its days are there.
CREATE TABLE energy.price_curve (
  id uuid PRIMARY KEY,
  trading_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  published_at timestamptz NOT NULL,
  from_day date NOT NULL,
  until_day date NOT NULL CHECK (until_day > from_day),
  minutes smallint NOT NULL CHECK (minutes IN (15, 60)),
  whole boolean NOT NULL DEFAULT false,
  UNIQUE (trading_day, version)
);
CREATE TABLE energy.price_curve_day (
  curve_id uuid NOT NULL REFERENCES energy.price_curve,
  delivery_day date NOT NULL,
  /* In order of time, EUR/MWh; may be negative. */
  eur_per_mwh numeric[] NOT NULL CHECK (array_position(eur_per_mwh, NULL) IS NULL),
  PRIMARY KEY (delivery_day, curve_id)
);
/* A curve counts when it has a price for every step of its days; that is its one change. */
CREATE FUNCTION energy.refuse_curve_with_gaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF to_jsonb(NEW) - 'whole' <> to_jsonb(OLD) - 'whole' OR OLD.whole THEN
    RAISE EXCEPTION 'curve % never changes', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'curves_never_change';
  END IF;
  IF NEW.whole AND NEW.until_day - NEW.from_day <> (
    SELECT count(*) FROM energy.price_curve_day d WHERE d.curve_id = NEW.id AND d.delivery_day >= NEW.from_day AND d.delivery_day < NEW.until_day
      AND cardinality(d.eur_per_mwh) = energy.quarter_hours_of(d.delivery_day) * 15 / NEW.minutes) THEN
    RAISE EXCEPTION 'curve % has a gap', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'whole_curves_have_no_gap';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER curves_never_change BEFORE UPDATE ON energy.price_curve FOR EACH ROW EXECUTE FUNCTION energy.refuse_curve_with_gaps();
CREATE TRIGGER curves_stay BEFORE DELETE ON energy.price_curve FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER curves_are_kept BEFORE TRUNCATE ON energy.price_curve FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* So a whole curve cannot grow: it has every day of its own. */
CREATE FUNCTION energy.refuse_days_of_another_curve() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused record;
BEGIN
  SELECT d.curve_id, d.first, d.last INTO refused FROM (SELECT curve_id, min(delivery_day) AS first, max(delivery_day) AS last FROM fresh GROUP BY 1) d
  WHERE NOT (SELECT d.first >= c.from_day AND d.last < c.until_day FROM energy.price_curve c WHERE c.id = d.curve_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the days % to % are not all of curve %', refused.first, refused.last, refused.curve_id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER curves_have_their_days_only AFTER INSERT ON energy.price_curve_day REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION energy.refuse_days_of_another_curve();
CREATE TRIGGER curve_days_never_change BEFORE UPDATE OR DELETE ON energy.price_curve_day FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER curve_days_stay BEFORE TRUNCATE ON energy.price_curve_day FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Delivery days that have positions: business today and the three days after it, and all that were.
CREATE TABLE energy.position_day (
  delivery_day date PRIMARY KEY,
  opened_at timestamptz NOT NULL
);

-- Per area, day and profile the yearly energy that is added to the forecast by profile: of every supplied contract where there is
-- no forecast, of those confirmed after its cut-off where there is one. Kept up to date, so that a cause need not read the contracts.
CREATE TABLE energy.profile_demand (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL,
  profile text NOT NULL,
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours >= 0),
  PRIMARY KEY (grid_area_id, delivery_day, profile)
);

/* What a delivery period is traded as: days, the working day's peak by the local clock, hours and quarter hours of the clock; anything else is a block. */
CREATE FUNCTION energy.product_of(from_at timestamptz, until_at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN until_at - from_at = interval '15 minutes' THEN 'QUARTER_HOUR'
    WHEN until_at - from_at = interval '1 hour' AND date_bin('1 hour', from_at, 'epoch') = from_at THEN 'HOUR'
    WHEN (from_at AT TIME ZONE 'Europe/Berlin')::time = '00:00' AND (until_at AT TIME ZONE 'Europe/Berlin')::time = '00:00' THEN 'BASE'
    WHEN extract(isodow FROM from_at AT TIME ZONE 'Europe/Berlin') <= 5 AND (from_at AT TIME ZONE 'Europe/Berlin')::time = '08:00'
      AND until_at AT TIME ZONE 'Europe/Berlin' = (from_at AT TIME ZONE 'Europe/Berlin') + interval '12 hours' THEN 'PEAK'
    ELSE 'BLOCK' END
$$;

-- Hedges and spot trades: power held constant over a delivery period. An amendment is a trade of its own.
CREATE TABLE energy.trade (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  product text NOT NULL CHECK (product IN ('BASE', 'PEAK', 'HOUR', 'QUARTER_HOUR', 'BLOCK')),
  from_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(from_at)),
  until_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(until_at)),
  kilowatts bigint NOT NULL CHECK (kilowatts > 0),
  watt_hours bigint NOT NULL,
  price_eur_per_mwh numeric NOT NULL,
  counterparty text NOT NULL CHECK (length(counterparty) BETWEEN 1 AND 200),
  status text NOT NULL DEFAULT 'CONFIRMED' CHECK (status IN ('CONFIRMED', 'CANCELLED')),
  recorded_at timestamptz NOT NULL,
  recorded_by text NOT NULL,
  CHECK (until_at > from_at),
  CONSTRAINT trades_are_of_their_product CHECK (product = energy.product_of(from_at, until_at)),
  CONSTRAINT trade_energy_is_power_times_time CHECK (watt_hours = kilowatts * 250 * (extract(epoch FROM until_at - from_at)::bigint / 900))
);
CREATE INDEX trade_by_delivery ON energy.trade USING gist (grid_area_id, tstzrange(from_at, until_at));
CREATE INDEX trade_by_start ON energy.trade (from_at, id);
CREATE TRIGGER trades_never_change BEFORE UPDATE OR DELETE ON energy.trade FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER trades_stay BEFORE TRUNCATE ON energy.trade FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- What exposure is allowed; a limit of an area replaces the one for all areas.
CREATE TABLE energy.position_limit (
  id uuid PRIMARY KEY,
  /* Null: every area that has no limit of its own. */
  grid_area_id uuid REFERENCES energy.grid_area,
  /* Of the demand. */
  percent numeric NOT NULL CHECK (percent BETWEEN 0 AND 1000),
  /* Per delivery hour; a quarter hour may hold a quarter of it. */
  watt_hours_per_hour bigint NOT NULL CHECK (watt_hours_per_hour >= 0),
  UNIQUE NULLS NOT DISTINCT (grid_area_id)
);
INSERT INTO energy.position_limit VALUES ('01930000-0000-7000-8000-000000000001', NULL, 20, 5000000);

-- One transaction that moved positions, and why.
CREATE TABLE energy.recalculation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  calculated_at timestamptz NOT NULL,
  causes text[] NOT NULL CHECK (cardinality(causes) > 0)
);

-- The position of a quarter hour as it stands.
CREATE TABLE energy.current_position (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  start_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(start_at)),
  end_at timestamptz NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  recalculation_id bigint NOT NULL REFERENCES energy.recalculation,
  calculated_at timestamptz NOT NULL,
  /* Null: demand from contracts and profiles alone. */
  forecast_id uuid REFERENCES energy.demand_forecast,
  demand_watt_hours bigint NOT NULL,
  hedged_watt_hours bigint NOT NULL,
  open_watt_hours bigint NOT NULL,
  /* Of the purchases for this quarter hour, weighted by energy; null without one. */
  average_price_eur_per_mwh numeric,
  /* The newest whole curve that has the day; null while there is none. */
  curve_id uuid REFERENCES energy.price_curve,
  price_eur_per_mwh numeric,
  /* The open energy at that price. */
  value_cents bigint,
  status text NOT NULL CHECK (status IN ('OPEN', 'HEDGED')),
  breach text CHECK (breach IN ('PCT', 'MWH')),
  hedge_order_id uuid,
  UNIQUE (grid_area_id, start_at),
  CONSTRAINT positions_are_quarter_hours CHECK (end_at = start_at + interval '15 minutes'),
  CONSTRAINT open_is_demand_minus_hedged CHECK (open_watt_hours = demand_watt_hours - hedged_watt_hours),
  CONSTRAINT hedged_means_nothing_open CHECK ((status = 'HEDGED') = (open_watt_hours = 0)),
  CONSTRAINT value_is_open_energy_at_its_price CHECK (value_cents IS NOT DISTINCT FROM round(open_watt_hours * price_eur_per_mwh / 10000)),
  CONSTRAINT prices_come_from_a_curve CHECK ((curve_id IS NULL) = (price_eur_per_mwh IS NULL))
);

-- Every cause rewrites hundreds of rows: room beside them keeps the indexes out of it.
ALTER TABLE energy.current_position SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Every position that ever stood.
CREATE TABLE energy.open_position (
  position_id uuid NOT NULL REFERENCES energy.current_position,
  version integer NOT NULL CHECK (version > 0),
  recalculation_id bigint NOT NULL REFERENCES energy.recalculation,
  calculated_at timestamptz NOT NULL,
  grid_area_id uuid NOT NULL,
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL,
  forecast_id uuid,
  demand_watt_hours bigint NOT NULL,
  hedged_watt_hours bigint NOT NULL,
  open_watt_hours bigint NOT NULL,
  average_price_eur_per_mwh numeric,
  curve_id uuid,
  price_eur_per_mwh numeric,
  value_cents bigint,
  status text NOT NULL CHECK (status IN ('OPEN', 'HEDGED')),
  breach text CHECK (breach IN ('PCT', 'MWH')),
  hedge_order_id uuid,
  PRIMARY KEY (position_id, version),
  CONSTRAINT open_is_demand_minus_hedged CHECK (open_watt_hours = demand_watt_hours - hedged_watt_hours)
);
/* Every position that stands is written to the ledger by the database itself, once per statement; a change counts the version up by one. */
CREATE FUNCTION energy.enter_new_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM after WHERE version <> 1) THEN
    RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_are_in_the_ledger';
  END IF;
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id FROM after;
  RETURN NULL;
END $$;
/* No nested loops: a plan made for a few rows is kept, and would be quadratic for many. */
CREATE FUNCTION energy.enter_changed_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp SET enable_nestloop = off AS $$ BEGIN
  IF EXISTS (
    SELECT FROM after a LEFT JOIN before b ON b.id = a.id
    WHERE (b.grid_area_id, b.start_at) IS DISTINCT FROM (a.grid_area_id, a.start_at) OR a.version <> b.version + 1 AND a IS DISTINCT FROM b
  ) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'changed_positions_are_in_the_ledger';
  END IF;
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
  SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.forecast_id,
    a.demand_watt_hours, a.hedged_watt_hours, a.open_watt_hours, a.average_price_eur_per_mwh, a.curve_id, a.price_eur_per_mwh, a.value_cents, a.status, a.breach, a.hedge_order_id
  FROM after a JOIN before b ON b.id = a.id WHERE a.version = b.version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER positions_are_in_the_ledger AFTER INSERT ON energy.current_position REFERENCING NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_new_positions();
CREATE TRIGGER changed_positions_are_in_the_ledger AFTER UPDATE ON energy.current_position REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_changed_positions();
CREATE TRIGGER the_ledger_only_grows BEFORE UPDATE OR DELETE ON energy.open_position FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER the_ledger_stays BEFORE TRUNCATE ON energy.open_position FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Measured quarter hours of one meter and day, as metering last told them.
CREATE TABLE energy.metered_day (
  meter_id uuid NOT NULL,
  obis text NOT NULL,
  day date NOT NULL,
  contract_id uuid NOT NULL REFERENCES energy.supply_contract,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  version integer NOT NULL CHECK (version > 0),
  /* In order of time; null where no value is known. */
  watt_hours bigint[] NOT NULL,
  PRIMARY KEY (meter_id, obis, day),
  CONSTRAINT metered_days_are_whole CHECK (cardinality(watt_hours) = energy.quarter_hours_of(day))
);
CREATE INDEX metered_day_by_area ON energy.metered_day (grid_area_id, day);

-- What was used in an area, by those who are metered; a late correction is a new version.
CREATE TABLE energy.realised_consumption (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  start_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(start_at)),
  version integer NOT NULL CHECK (version > 0),
  watt_hours bigint NOT NULL,
  source text NOT NULL CHECK (source IN ('METERED', 'ENET', 'DSO')),
  ingested_at timestamptz NOT NULL,
  PRIMARY KEY (grid_area_id, start_at, version)
);
CREATE TRIGGER realised_versions_never_change BEFORE UPDATE OR DELETE ON energy.realised_consumption FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER realised_versions_stay BEFORE TRUNCATE ON energy.realised_consumption FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- How far the data service's publications have been read, and when it is asked again after a failure (business time).
CREATE TABLE energy.publication_cursor (
  source text PRIMARY KEY CHECK (source IN ('ENET')),
  position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
  polled_at timestamptz,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  failing_since timestamptz,
  retry_at timestamptz,
  last_error text,
  CHECK ((failures = 0) = (failing_since IS NULL)),
  CHECK ((failures = 0) = (retry_at IS NULL))
);
INSERT INTO energy.publication_cursor (source) VALUES ('ENET');

REVOKE DELETE, TRUNCATE ON energy.price_curve FROM stromgraph_energy;
REVOKE UPDATE, DELETE, TRUNCATE ON energy.price_curve_day, energy.load_profile, energy.slp_profile, energy.demand_forecast, energy.day_ahead_demand_forecast, energy.trade, energy.recalculation,
  energy.open_position, energy.realised_consumption FROM stromgraph_energy;
-- Its only writer are the triggers that follow the positions.
REVOKE INSERT ON energy.open_position FROM stromgraph_energy;
REVOKE UPDATE, DELETE ON energy.position_day FROM stromgraph_energy;
REVOKE DELETE ON energy.current_position, energy.supply_contract, energy.grid_area FROM stromgraph_energy;

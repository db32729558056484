-- What our customers used as the grid operators allocate it, how warm it was, and how far forecasts were from it: our own day-ahead
-- forecast is made from the first two, and every forecast is measured against the profiles and against what was used before.

/* Each source has versions of its own: what meters measured is a part of what the grid operators allocate. */
ALTER TABLE energy.realised_consumption DROP CONSTRAINT realised_consumption_pkey;
ALTER TABLE energy.realised_consumption ADD PRIMARY KEY (grid_area_id, start_at, source, version);
ALTER TABLE energy.realised_consumption ADD CONSTRAINT allocated_energy_is_possible CHECK (source <> 'DSO' OR watt_hours BETWEEN 0 AND 25000000000);

-- The publications of a day's use that came in; what was news in them is in realised_consumption.
CREATE TABLE energy.allocated_day (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  published_at timestamptz NOT NULL,
  imported_at timestamptz NOT NULL,
  PRIMARY KEY (grid_area_id, delivery_day, version)
);
/* A day that came in is whole: every quarter hour of it has been told. */
CREATE FUNCTION energy.refuse_allocated_day_with_gaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF energy.quarter_hours_of(NEW.delivery_day) <> (
    SELECT count(DISTINCT r.start_at) FROM energy.realised_consumption r WHERE r.grid_area_id = NEW.grid_area_id AND r.source = 'DSO'
      AND r.start_at >= NEW.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin' AND r.start_at < (NEW.delivery_day + 1)::timestamp AT TIME ZONE 'Europe/Berlin') THEN
    RAISE EXCEPTION 'what was used on % is not all there', NEW.delivery_day USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER allocated_days_are_whole AFTER INSERT ON energy.allocated_day DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_allocated_day_with_gaps();
CREATE TRIGGER allocated_days_never_change BEFORE UPDATE OR DELETE ON energy.allocated_day FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER allocated_days_stay BEFORE TRUNCATE ON energy.allocated_day FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TABLE energy.temperature (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  published_at timestamptz NOT NULL,
  imported_at timestamptz NOT NULL,
  /* Degrees Celsius per hour, in order of time. */
  celsius numeric[] NOT NULL CHECK (-60 <= ALL (celsius) AND 60 >= ALL (celsius) AND array_position(celsius, NULL) IS NULL),
  PRIMARY KEY (grid_area_id, delivery_day, version),
  CONSTRAINT temperatures_are_of_whole_days CHECK (cardinality(celsius) * 4 = energy.quarter_hours_of(delivery_day))
);
CREATE TRIGGER temperatures_never_change BEFORE UPDATE OR DELETE ON energy.temperature FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER temperatures_stay BEFORE TRUNCATE ON energy.temperature FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- How far a forecast was from what was used on a day, beside what the profiles and the same weekday before would have said at its
-- cut-off. Late actuals make a new version.
CREATE TABLE energy.forecast_error (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL,
  horizon text NOT NULL CHECK (horizon IN ('DAY_AHEAD', 'INTRADAY', 'WEEK_AHEAD', 'YEAR_AHEAD')),
  own boolean NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  forecast_id uuid NOT NULL REFERENCES energy.demand_forecast,
  /* Of the actuals that it was measured against. */
  actual_version integer NOT NULL,
  actual_watt_hours bigint NOT NULL CHECK (actual_watt_hours >= 0),
  calculated_at timestamptz NOT NULL,
  /* Forecast less actual, summed over the day; the mean of the quarter hours' deviations in percent of the actual, null when nothing was used. */
  bias_watt_hours bigint NOT NULL,
  mape_percent numeric CHECK (mape_percent >= 0),
  profile_bias_watt_hours bigint NOT NULL,
  profile_mape_percent numeric CHECK (profile_mape_percent >= 0),
  /* Null as long as no earlier day of that weekday was known at the cut-off. */
  persistence_bias_watt_hours bigint,
  persistence_mape_percent numeric CHECK (persistence_mape_percent >= 0),
  PRIMARY KEY (grid_area_id, delivery_day, horizon, own, version),
  FOREIGN KEY (grid_area_id, delivery_day, actual_version) REFERENCES energy.allocated_day,
  CONSTRAINT persistence_has_both_figures_or_none CHECK (persistence_bias_watt_hours IS NOT NULL OR persistence_mape_percent IS NULL)
);
CREATE INDEX forecast_error_by_day ON energy.forecast_error (delivery_day, grid_area_id);
CREATE TRIGGER errors_never_change BEFORE UPDATE OR DELETE ON energy.forecast_error FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER errors_stay BEFORE TRUNCATE ON energy.forecast_error FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* What was forecast when the day had begun was no look ahead; only an intraday forecast may come on the day itself. */
CREATE FUNCTION energy.refuse_hindsight() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT (SELECT f.grid_area_id = NEW.grid_area_id AND f.horizon = NEW.horizon AND f.own = NEW.own AND f.delivery_day = energy.forecast_begins_on(NEW.horizon, NEW.delivery_day)
      AND f.published_at < CASE f.horizon WHEN 'INTRADAY' THEN NEW.delivery_day + 1 ELSE f.delivery_day END::timestamp AT TIME ZONE 'Europe/Berlin'
    FROM energy.demand_forecast f WHERE f.id = NEW.forecast_id) THEN
    RAISE EXCEPTION 'forecast % did not look ahead at % in that area', NEW.forecast_id, NEW.delivery_day USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER errors_are_of_forecasts_that_looked_ahead BEFORE INSERT ON energy.forecast_error FOR EACH ROW EXECUTE FUNCTION energy.refuse_hindsight();

REVOKE UPDATE, DELETE, TRUNCATE ON energy.allocated_day, energy.temperature, energy.forecast_error FROM stromgraph_energy;

-- Positions beyond the open days: per hour to the end of next week, per month to the end of next year. Each is the sum of its quarter
-- hours, rounded as theirs are, so that it goes over into finer ones without a difference. What stood is in the same ledger.

CREATE FUNCTION energy.is_start_of_day(at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (at AT TIME ZONE 'Europe/Berlin')::time = '00:00' $$;

-- The position of an hour, or of a month as far as it lies beyond the hours, as it stands. It goes when finer ones take its place.
CREATE TABLE energy.forward_position (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  step text NOT NULL CHECK (step IN ('HOUR', 'MONTH')),
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  recalculation_id bigint NOT NULL,
  calculated_at timestamptz NOT NULL,
  /* That its demand was made from, in order of time; none: from contracts and profiles alone. */
  forecast_ids uuid[] NOT NULL,
  demand_watt_hours bigint NOT NULL,
  hedged_watt_hours bigint NOT NULL,
  open_watt_hours bigint NOT NULL,
  /* Of the purchases, weighted by energy; null without one. */
  average_price_eur_per_mwh numeric,
  /* That gave its prices, in order of time, and the value that each gave. */
  curve_ids uuid[] NOT NULL,
  curve_cents bigint[] NOT NULL,
  /* Mean of its quarter hours; null unless each has one. */
  price_eur_per_mwh numeric,
  /* Sum of its quarter hours; null unless each has one. */
  value_cents bigint,
  status text NOT NULL CHECK (status IN ('OPEN', 'HEDGED')),
  /* How many of its quarter hours are beyond the limit; of an hour, by which rule. */
  breached_quarter_hours integer NOT NULL CHECK (breached_quarter_hours BETWEEN 0 AND extract(epoch FROM end_at - start_at) / 900),
  breach text CHECK (breach IN ('PCT', 'MWH')),
  /* Its end names it: a month loses days at its beginning to the hours. */
  CONSTRAINT forward_position_stands_once UNIQUE (grid_area_id, step, end_at),
  CONSTRAINT forward_positions_are_hours_or_months CHECK (CASE step
    WHEN 'HOUR' THEN end_at = start_at + interval '1 hour' AND date_bin('1 hour', start_at, 'epoch') = start_at
    ELSE energy.is_start_of_day(start_at) AND energy.is_start_of_day(end_at) AND extract(day FROM end_at AT TIME ZONE 'Europe/Berlin') = 1
      AND start_at < end_at AND start_at AT TIME ZONE 'Europe/Berlin' >= end_at AT TIME ZONE 'Europe/Berlin' - interval '1 month' END),
  CONSTRAINT forward_positions_do_not_overlap EXCLUDE USING gist (grid_area_id WITH =, tstzrange(start_at, end_at) WITH &&) DEFERRABLE INITIALLY IMMEDIATE,
  CONSTRAINT open_is_demand_minus_hedged CHECK (open_watt_hours = demand_watt_hours - hedged_watt_hours),
  CONSTRAINT hedged_means_nothing_open CHECK ((status = 'HEDGED') = (open_watt_hours = 0)),
  CONSTRAINT curves_give_the_value CHECK (cardinality(curve_ids) = cardinality(curve_cents) AND (value_cents IS NULL OR value_cents = energy.sum_of(curve_cents))),
  CONSTRAINT value_and_price_are_known_together CHECK ((value_cents IS NULL) = (price_eur_per_mwh IS NULL)),
  CONSTRAINT breached_hours_name_the_rule CHECK ((breach IS NOT NULL) = (step = 'HOUR' AND breached_quarter_hours > 0))
);
ALTER TABLE energy.forward_position SET (fillfactor = 50);

-- The ledger holds every step; what is kept per quarter hour stays as it is.
ALTER TABLE energy.open_position
  ADD COLUMN step text NOT NULL DEFAULT 'QUARTER_HOUR' CHECK (step IN ('QUARTER_HOUR', 'HOUR', 'MONTH')),
  ADD COLUMN forecast_ids uuid[],
  ADD COLUMN curve_ids uuid[];
CREATE FUNCTION energy.enter_new_forward_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM after WHERE version <> 1) THEN
    RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, status, breach)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, status, breach FROM after;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.enter_changed_forward_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (
    SELECT FROM after a LEFT JOIN before b ON b.id = a.id
    WHERE (b.grid_area_id, b.step, b.end_at) IS DISTINCT FROM (a.grid_area_id, a.step, a.end_at) OR a.version <> b.version + 1 AND a IS DISTINCT FROM b
  ) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, status, breach)
  SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.step, a.forecast_ids,
    a.demand_watt_hours, a.hedged_watt_hours, a.open_watt_hours, a.average_price_eur_per_mwh, a.curve_ids, a.price_eur_per_mwh, a.value_cents, a.status, a.breach
  FROM after a JOIN before b ON b.id = a.id WHERE a.version = b.version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER forward_positions_are_in_the_ledger AFTER INSERT ON energy.forward_position REFERENCING NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_new_forward_positions();
CREATE TRIGGER changed_forward_positions_are_in_the_ledger AFTER UPDATE ON energy.forward_position REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_changed_forward_positions();

-- The business day by which an area's forward positions are arranged; whoever calculates them holds its row.
CREATE TABLE energy.forward_area (
  grid_area_id uuid PRIMARY KEY REFERENCES energy.grid_area,
  arranged_on date
);

-- Delivery days whose forward positions have a cause that is not yet in them. The database writes it where the cause is written, so that none is forgotten.
CREATE TABLE energy.forward_cause (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  from_on date NOT NULL,
  /* Null: to the end. */
  until_on date CHECK (until_on >= from_on),
  causes text[] NOT NULL CHECK (cardinality(causes) BETWEEN 1 AND 50)
);
CREATE INDEX forward_cause_by_area ON energy.forward_cause (grid_area_id);

CREATE FUNCTION energy.note_contracts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT grid_area_id, min(start_on), CASE WHEN count(end_on) = count(*) THEN max(end_on) END, (array_agg('contract ' || contract_id))[1:50] FROM fresh GROUP BY 1 ORDER BY 1;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT c.grid_area_id, min(least(e.end_on, e.previous_end_on)), CASE WHEN count(e.previous_end_on) = count(*) THEN max(greatest(e.end_on, e.previous_end_on)) END, (array_agg('contract ' || c.contract_id))[1:50]
  FROM fresh e JOIN energy.supply_contract c USING (contract_id) GROUP BY 1 ORDER BY 1;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_trades() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT grid_area_id, (from_at AT TIME ZONE 'Europe/Berlin')::date, ((until_at - interval '15 minutes') AT TIME ZONE 'Europe/Berlin')::date + 1, ARRAY['trade ' || id] FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_amendments() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT t.grid_area_id, (t.from_at AT TIME ZONE 'Europe/Berlin')::date, ((t.until_at - interval '15 minutes') AT TIME ZONE 'Europe/Berlin')::date + 1, ARRAY['trade ' || t.id]
  FROM fresh JOIN energy.trade t ON t.id = fresh.trade_id ORDER BY t.id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_forecasts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT grid_area_id, delivery_day, energy.forecast_ends_on(horizon, delivery_day), ARRAY['forecast ' || id] FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_curves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, until_on, causes)
  SELECT a.id, f.from_day, f.until_day, ARRAY['curve ' || f.id] FROM fresh f JOIN before b ON b.id = f.id CROSS JOIN energy.grid_area a WHERE f.whole AND NOT b.whole ORDER BY f.id, a.id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_profiles() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, causes)
  SELECT a.id, make_date(min(f.year), 1, 1), (array_agg('profile ' || f.code || ' ' || f.year || ' version ' || f.version))[1:50]
  FROM fresh f JOIN energy.grid_area a ON f.source <> 'MEASURED' OR f.code LIKE '% ' || a.code GROUP BY a.id ORDER BY a.id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_measured_supply() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, causes)
  SELECT c.grid_area_id, '-infinity', (array_agg(DISTINCT 'measured profile ' || m.profile))[1:50] FROM changed m JOIN energy.supply_contract c USING (contract_id) GROUP BY 1 ORDER BY 1;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_grid_areas() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, causes)
  SELECT f.id, '-infinity', ARRAY['grid areas'] FROM fresh f JOIN before b ON b.id = f.id WHERE f.federal_state IS DISTINCT FROM b.federal_state ORDER BY f.id;
  RETURN NULL;
END $$;
CREATE FUNCTION energy.note_limits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO energy.forward_cause (grid_area_id, from_on, causes) SELECT id, '-infinity', ARRAY['limits'] FROM energy.grid_area ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER contracts_move_forward_positions AFTER INSERT ON energy.supply_contract REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_contracts();
CREATE TRIGGER ends_move_forward_positions AFTER INSERT ON energy.supply_end REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_ends();
CREATE TRIGGER trades_move_forward_positions AFTER INSERT ON energy.trade REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_trades();
CREATE TRIGGER amendments_move_forward_positions AFTER INSERT ON energy.trade_amendment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_amendments();
CREATE TRIGGER forecasts_move_forward_positions AFTER INSERT ON energy.demand_forecast REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_forecasts();
CREATE TRIGGER curves_move_forward_positions AFTER UPDATE ON energy.price_curve REFERENCING OLD TABLE AS before NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_curves();
CREATE TRIGGER profiles_move_forward_positions AFTER INSERT ON energy.load_profile REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_profiles();
CREATE TRIGGER measured_supply_moves_forward_positions AFTER INSERT ON energy.measured_supply REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION energy.note_measured_supply();
CREATE TRIGGER measured_supply_that_ends_moves_forward_positions AFTER DELETE ON energy.measured_supply REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION energy.note_measured_supply();
CREATE TRIGGER holidays_move_forward_positions AFTER UPDATE ON energy.grid_area REFERENCING OLD TABLE AS before NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION energy.note_grid_areas();
CREATE TRIGGER limits_move_forward_positions AFTER INSERT OR UPDATE OR DELETE ON energy.position_limit FOR EACH STATEMENT EXECUTE FUNCTION energy.note_limits();

-- The hourly comparison looks at both.
ALTER TABLE energy.position_check ADD COLUMN horizon text NOT NULL DEFAULT 'QUARTER_HOUR' CHECK (horizon IN ('QUARTER_HOUR', 'FORWARD'));

-- How long before delivery begins a market place takes the last order.
CREATE TABLE energy.gate_closure (
  exchange text PRIMARY KEY CHECK (exchange IN ('EXCHANGE')),
  minutes integer NOT NULL CHECK (minutes BETWEEN 0 AND 1440)
);
INSERT INTO energy.gate_closure VALUES ('EXCHANGE', 5);

REVOKE TRUNCATE ON energy.forward_position, energy.forward_cause, energy.forward_area FROM stromgraph_energy;
REVOKE UPDATE ON energy.forward_cause FROM stromgraph_energy;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON energy.gate_closure FROM stromgraph_energy;

-- A forecast has as many values as its period has steps, a cause moves hundreds of positions: what all rows of a statement share is looked up
-- once, not row by row. Forecasts and curves are never deleted, so what is found stays.

/* A version comes whole, header first, in one transaction, with values of its period in the table of its horizon; later it does not grow. One that is not known has none. */
CREATE OR REPLACE FUNCTION energy.refuse_foreign_forecast_values() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  refused uuid;
BEGIN
  SELECT v.forecast_id INTO refused FROM (SELECT forecast_id, min(start_at) AS first, max(start_at) AS last FROM fresh GROUP BY 1) v
  WHERE (
    SELECT f.horizon = TG_ARGV[0] AND f.written_by = pg_current_xact_id()::text::bigint AND v.first >= f.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin'
      AND v.last < energy.forecast_ends_on(f.horizon, f.delivery_day)::timestamp AT TIME ZONE 'Europe/Berlin'
    FROM energy.demand_forecast f WHERE f.id = v.forecast_id) IS NOT TRUE LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'values of forecast % are of its period and come with it', refused USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION energy.refuse_foreign_values_of_year() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT forecast_id FROM fresh) v WHERE (
    SELECT f.horizon = 'YEAR_AHEAD' AND f.written_by = pg_current_xact_id()::text::bigint FROM energy.demand_forecast f WHERE f.id = v.forecast_id) IS NOT TRUE) THEN
    RAISE EXCEPTION 'values of a forecast of a year come with it' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
ALTER TABLE energy.day_ahead_demand_forecast DROP CONSTRAINT day_ahead_demand_forecast_forecast_id_fkey;
ALTER TABLE energy.intraday_demand_forecast DROP CONSTRAINT intraday_demand_forecast_forecast_id_fkey;
ALTER TABLE energy.weekly_demand_forecast DROP CONSTRAINT weekly_demand_forecast_forecast_id_fkey;
ALTER TABLE energy.year_ahead_demand_forecast DROP CONSTRAINT year_ahead_demand_forecast_forecast_id_fkey;

/* The forecast and the curve that a position comes from, where it has one. */
ALTER TABLE energy.current_position DROP CONSTRAINT current_position_forecast_id_fkey, DROP CONSTRAINT current_position_curve_id_fkey;
CREATE OR REPLACE FUNCTION energy.enter_new_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM after) THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM after WHERE version <> 1) THEN
    RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_are_in_the_ledger';
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT forecast_id, curve_id FROM after) s
    WHERE s.forecast_id IS NOT NULL AND (SELECT f.id FROM energy.demand_forecast f WHERE f.id = s.forecast_id) IS NULL OR s.curve_id IS NOT NULL AND (SELECT c.id FROM energy.price_curve c WHERE c.id = s.curve_id) IS NULL
  ) THEN
    RAISE EXCEPTION 'a position comes from a forecast and a curve that are known' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'positions_come_from_known_sources';
  END IF;
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id FROM after;
  RETURN NULL;
END $$;

/* A position that is written stays in its place, and what changes it is its next version. */
DROP TRIGGER changes_are_the_next_version ON energy.current_position;
CREATE TRIGGER positions_stay_in_their_place AFTER UPDATE OF id, grid_area_id, start_at ON energy.current_position FOR EACH ROW
  WHEN (NEW.id <> OLD.id OR NEW.grid_area_id <> OLD.grid_area_id OR NEW.start_at <> OLD.start_at) EXECUTE FUNCTION energy.refuse_change_within_a_version();
/*
 * Where versions have grown by as many as there are rows, each has grown by one: one that has not is in the ledger already, whose key refuses it.
 * Where they have not, rows that say the same as before are no change.
 */
CREATE OR REPLACE FUNCTION energy.enter_changed_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$
DECLARE
  first_run bigint;
  last_run bigint;
  grown boolean;
BEGIN
  SELECT min(a.recalculation_id), max(a.recalculation_id), sum(a.version) - count(*) = (SELECT sum(b.version) FROM before b) INTO first_run, last_run, grown FROM after a;
  IF first_run IS NULL THEN RETURN NULL; END IF;
  IF NOT grown AND EXISTS (SELECT FROM after a JOIN before b ON b.id = a.id WHERE a.version <> b.version + 1 AND a IS DISTINCT FROM b) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'changed_positions_are_in_the_ledger';
  END IF;
  IF first_run < last_run THEN
    PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  ELSIF NOT EXISTS (SELECT FROM energy.recalculation WHERE id = first_run) THEN
    PERFORM energy.refuse_unknown_recalculations(ARRAY[first_run]);
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT forecast_id, curve_id FROM after) s
    WHERE s.forecast_id IS NOT NULL AND (SELECT f.id FROM energy.demand_forecast f WHERE f.id = s.forecast_id) IS NULL OR s.curve_id IS NOT NULL AND (SELECT c.id FROM energy.price_curve c WHERE c.id = s.curve_id) IS NULL
  ) THEN
    RAISE EXCEPTION 'a position comes from a forecast and a curve that are known' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'positions_come_from_known_sources';
  END IF;
  IF grown THEN
    INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
      demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
    SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.forecast_id,
      a.demand_watt_hours, a.hedged_watt_hours, a.open_watt_hours, a.realised_watt_hours, a.average_price_eur_per_mwh, a.curve_id, a.price_eur_per_mwh, a.value_cents, a.status, a.breach, a.hedge_order_id FROM after a;
    RETURN NULL;
  END IF;
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
      demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
    SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.forecast_id,
      a.demand_watt_hours, a.hedged_watt_hours, a.open_watt_hours, a.realised_watt_hours, a.average_price_eur_per_mwh, a.curve_id, a.price_eur_per_mwh, a.value_cents, a.status, a.breach, a.hedge_order_id FROM after a JOIN before b ON b.id = a.id WHERE a.version = b.version + 1;
  RETURN NULL;
END $$;

/* The same to the cent, without a division. */
ALTER TABLE energy.current_position DROP CONSTRAINT value_is_open_energy_at_its_price,
  ADD CONSTRAINT value_is_open_energy_at_its_price CHECK (value_cents IS NOT DISTINCT FROM round(open_watt_hours * price_eur_per_mwh * 0.0001));

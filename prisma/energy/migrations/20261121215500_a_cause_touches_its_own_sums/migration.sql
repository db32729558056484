-- A cause writes hundreds of positions: what the database promises of them is looked at row by row without a join, and what it appends
-- to the ledger is written as it comes.

/* Only a row that breaks the promise costs a call. */
CREATE FUNCTION energy.refuse_change_within_a_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version'
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'changed_positions_are_in_the_ledger';
END $$;
CREATE TRIGGER changes_are_the_next_version AFTER UPDATE ON energy.current_position FOR EACH ROW
  WHEN (NEW.id <> OLD.id OR NEW.grid_area_id <> OLD.grid_area_id OR NEW.start_at <> OLD.start_at OR NEW.version <> OLD.version + 1 AND NEW IS DISTINCT FROM OLD)
  EXECUTE FUNCTION energy.refuse_change_within_a_version();

/* Rows that say the same as before are no change; where there are none, every version has grown by one. One recalculation is looked up by its id. */
CREATE OR REPLACE FUNCTION energy.enter_changed_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$
DECLARE
  first_run bigint;
  last_run bigint;
  grown boolean;
BEGIN
  SELECT min(a.recalculation_id), max(a.recalculation_id), sum(a.version) - count(*) = (SELECT sum(b.version) FROM before b) INTO first_run, last_run, grown FROM after a;
  IF first_run IS NULL THEN RETURN NULL; END IF;
  IF first_run < last_run THEN
    PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  ELSIF NOT EXISTS (SELECT FROM energy.recalculation WHERE id = first_run) THEN
    PERFORM energy.refuse_unknown_recalculations(ARRAY[first_run]);
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

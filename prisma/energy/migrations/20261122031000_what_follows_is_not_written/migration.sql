-- What follows from other figures of a position is not written beside them: it cannot differ, and a cause writes, checks and computes less.

ALTER TABLE energy.current_position DROP COLUMN open_watt_hours, DROP COLUMN value_cents, DROP COLUMN status;
ALTER TABLE energy.current_position
  ADD COLUMN open_watt_hours bigint GENERATED ALWAYS AS (demand_watt_hours - hedged_watt_hours) VIRTUAL,
  /* To the cent, without a division. */
  ADD COLUMN value_cents bigint GENERATED ALWAYS AS (round((demand_watt_hours - hedged_watt_hours) * price_eur_per_mwh * 0.0001)::bigint) VIRTUAL,
  ADD COLUMN status text GENERATED ALWAYS AS (CASE WHEN demand_watt_hours = hedged_watt_hours THEN 'HEDGED' ELSE 'OPEN' END) VIRTUAL;
/* The same as energy.is_quarter_hour, which each statement would have to unfold. */
ALTER TABLE energy.current_position DROP CONSTRAINT current_position_start_at_check,
  ADD CONSTRAINT current_position_start_at_check CHECK (date_bin('15 minutes', start_at, 'epoch') = start_at);

/* In the ledger a value stays written: that of an hour or a month is the sum of its quarter hours. */
ALTER TABLE energy.open_position DROP COLUMN open_watt_hours, DROP COLUMN status;
ALTER TABLE energy.open_position
  ADD COLUMN open_watt_hours bigint GENERATED ALWAYS AS (demand_watt_hours - hedged_watt_hours) VIRTUAL,
  ADD COLUMN status text GENERATED ALWAYS AS (CASE WHEN demand_watt_hours = hedged_watt_hours THEN 'HEDGED' ELSE 'OPEN' END) VIRTUAL;

/*
 * A position begins with version 1, and every update of it is its next version. Where versions have grown by as many as there are rows,
 * each has grown by one: one that has not is in the ledger already, whose key refuses it.
 */
DROP TRIGGER positions_are_in_the_ledger ON energy.current_position;
DROP TRIGGER changed_positions_are_in_the_ledger ON energy.current_position;
DROP FUNCTION energy.enter_new_positions();
DROP FUNCTION energy.enter_changed_positions();
CREATE FUNCTION energy.enter_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$
DECLARE
  first_run bigint;
  last_run bigint;
  steps bigint;
BEGIN
  SELECT min(recalculation_id), max(recalculation_id), sum(version) - count(*) INTO first_run, last_run, steps FROM after;
  IF first_run IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    IF steps <> 0 THEN
      RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
  ELSIF steps <> (SELECT sum(version) FROM before) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF first_run < last_run OR NOT EXISTS (SELECT FROM recalculation WHERE id = first_run) THEN
    PERFORM refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT forecast_id, curve_id FROM after) s
    WHERE s.forecast_id IS NOT NULL AND (SELECT f.id FROM demand_forecast f WHERE f.id = s.forecast_id) IS NULL OR s.curve_id IS NOT NULL AND (SELECT c.id FROM price_curve c WHERE c.id = s.curve_id) IS NULL
  ) THEN
    RAISE EXCEPTION 'a position comes from a forecast and a curve that are known' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'positions_come_from_known_sources';
  END IF;
  INSERT INTO open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, breach, hedge_order_id)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, round((demand_watt_hours - hedged_watt_hours) * price_eur_per_mwh * 0.0001), breach, hedge_order_id FROM after;
  RETURN NULL;
END $$;
CREATE TRIGGER positions_are_in_the_ledger AFTER INSERT ON energy.current_position REFERENCING NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_positions();
CREATE TRIGGER changed_positions_are_in_the_ledger AFTER UPDATE ON energy.current_position REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_positions();

CREATE OR REPLACE FUNCTION energy.enter_new_forward_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM after WHERE version <> 1) THEN
    RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, breach)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, breach FROM after;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION energy.enter_changed_forward_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (
    SELECT FROM after a LEFT JOIN before b ON b.id = a.id
    WHERE (b.grid_area_id, b.step, b.end_at) IS DISTINCT FROM (a.grid_area_id, a.step, a.end_at) OR a.version <> b.version + 1 AND a IS DISTINCT FROM b
  ) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, step, forecast_ids,
    demand_watt_hours, hedged_watt_hours, average_price_eur_per_mwh, curve_ids, price_eur_per_mwh, value_cents, breach)
  SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.step, a.forecast_ids,
    a.demand_watt_hours, a.hedged_watt_hours, a.average_price_eur_per_mwh, a.curve_ids, a.price_eur_per_mwh, a.value_cents, a.breach
  FROM after a JOIN before b ON b.id = a.id WHERE a.version = b.version + 1;
  RETURN NULL;
END $$;

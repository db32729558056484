-- What was used stands beside what was expected, and every hour all positions are calculated from nothing: that the figures kept
-- up to date agree with it to the watt-hour is written down.
ALTER TABLE energy.current_position ADD COLUMN realised_watt_hours bigint;
ALTER TABLE energy.open_position ADD COLUMN realised_watt_hours bigint;

-- One cause writes hundreds of rows of one recalculation: it is looked up once per statement, not once per row. The ledger's rows
-- come from the positions themselves, by their triggers alone.
ALTER TABLE energy.current_position DROP CONSTRAINT current_position_recalculation_id_fkey;
ALTER TABLE energy.open_position DROP CONSTRAINT open_position_recalculation_id_fkey;
ALTER TABLE energy.open_position DROP CONSTRAINT open_position_position_id_fkey;
CREATE FUNCTION energy.refuse_unknown_recalculations(ids bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM unnest(ids) u (id) WHERE NOT EXISTS (SELECT FROM energy.recalculation r WHERE r.id = u.id)) THEN
    RAISE EXCEPTION 'a position comes from a recalculation' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'positions_come_from_a_recalculation';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION energy.enter_new_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM after) THEN RETURN NULL; END IF;
  IF EXISTS (SELECT FROM after WHERE version <> 1) THEN
    RAISE EXCEPTION 'a position begins with version 1' USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_are_in_the_ledger';
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
  SELECT id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id FROM after;
  RETURN NULL;
END $$;
/* No nested loops: a plan made for a few rows is kept, and would be quadratic for many. */
CREATE OR REPLACE FUNCTION energy.enter_changed_positions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp SET enable_nestloop = off AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM after) THEN RETURN NULL; END IF;
  IF EXISTS (
    SELECT FROM after a LEFT JOIN before b ON b.id = a.id
    WHERE (b.grid_area_id, b.start_at) IS DISTINCT FROM (a.grid_area_id, a.start_at) OR a.version <> b.version + 1 AND a IS DISTINCT FROM b
  ) THEN
    RAISE EXCEPTION 'a position stays in its place, and a change of it is its next version'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'changed_positions_are_in_the_ledger';
  END IF;
  PERFORM energy.refuse_unknown_recalculations((SELECT array_agg(DISTINCT recalculation_id) FROM after));
  INSERT INTO energy.open_position (position_id, version, recalculation_id, calculated_at, grid_area_id, start_at, end_at, forecast_id,
    demand_watt_hours, hedged_watt_hours, open_watt_hours, realised_watt_hours, average_price_eur_per_mwh, curve_id, price_eur_per_mwh, value_cents, status, breach, hedge_order_id)
  SELECT a.id, a.version, a.recalculation_id, a.calculated_at, a.grid_area_id, a.start_at, a.end_at, a.forecast_id,
    a.demand_watt_hours, a.hedged_watt_hours, a.open_watt_hours, a.realised_watt_hours, a.average_price_eur_per_mwh, a.curve_id, a.price_eur_per_mwh, a.value_cents, a.status, a.breach, a.hedge_order_id
  FROM after a JOIN before b ON b.id = a.id WHERE a.version = b.version + 1;
  RETURN NULL;
END $$;

-- One comparison of all open positions with a calculation from the contracts, forecasts, trades, actuals and curves themselves.
CREATE TABLE energy.position_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  checked_at timestamptz NOT NULL,
  positions integer NOT NULL CHECK (positions >= 0),
  /* Zero: what was kept up to date was right. */
  differing integer NOT NULL CHECK (differing BETWEEN 0 AND positions),
  /* Sum of the differences of demand and hedged energy without their signs. */
  differing_watt_hours bigint NOT NULL CHECK (differing_watt_hours >= 0),
  CONSTRAINT what_agrees_differs_by_nothing CHECK (differing > 0 OR differing_watt_hours = 0)
);
CREATE TRIGGER checks_never_change BEFORE UPDATE OR DELETE ON energy.position_check FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER checks_stay BEFORE TRUNCATE ON energy.position_check FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.position_check FROM stromgraph_energy;

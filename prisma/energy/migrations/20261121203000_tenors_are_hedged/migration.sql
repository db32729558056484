-- Beyond the quarter hours of the open days, what may be open is limited by tenor: the next week, month, quarter, year. What is beyond
-- such a limit is mended by one base order for the whole period, as market places trade it.

-- What exposure a tenor allows; without one it has no limit and is not hedged by itself. A limit of an area replaces the one for all areas.
CREATE TABLE energy.tenor_limit (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  /* Null: every area that has no limit of its own for the tenor. */
  grid_area_id uuid REFERENCES energy.grid_area,
  tenor text NOT NULL CHECK (tenor IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR')),
  /* Of the demand of the period. */
  percent numeric NOT NULL CHECK (percent BETWEEN 0 AND 1000),
  /* Mean over the delivery hours of the period. */
  watt_hours_per_hour bigint NOT NULL CHECK (watt_hours_per_hour >= 0),
  set_at timestamptz NOT NULL,
  set_by text NOT NULL,
  CONSTRAINT a_tenor_has_one_limit UNIQUE NULLS NOT DISTINCT (grid_area_id, tenor)
);

-- A tenor of an area beyond its limit: one row from when it is noticed until it is mended, or its period begins.
CREATE TABLE energy.tenor_breach (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  tenor text NOT NULL CHECK (tenor IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR')),
  from_at timestamptz NOT NULL CHECK (energy.is_start_of_day(from_at)),
  until_at timestamptz NOT NULL CHECK (energy.is_start_of_day(until_at) AND until_at > from_at),
  rule text NOT NULL CHECK (rule IN ('PCT', 'MWH')),
  /* As noticed. */
  demand_watt_hours bigint NOT NULL,
  open_watt_hours bigint NOT NULL CHECK (open_watt_hours <> 0),
  opened_at timestamptz NOT NULL CHECK (opened_at < from_at),
  ended_at timestamptz CHECK (ended_at >= opened_at)
);
CREATE UNIQUE INDEX tenor_breach_stands_once ON energy.tenor_breach (grid_area_id, tenor) WHERE ended_at IS NULL;
CREATE TRIGGER tenor_breaches_stay BEFORE UPDATE ON energy.tenor_breach FOR EACH ROW
  WHEN (to_jsonb(NEW) - 'ended_at' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at' OR OLD.ended_at IS NOT NULL) EXECUTE FUNCTION energy.refuse_other_breach();

ALTER TABLE energy.hedge_order
  ADD COLUMN tenor_breach_id uuid UNIQUE REFERENCES energy.tenor_breach,
  DROP CONSTRAINT automatic_orders_mend_a_breach,
  ADD CONSTRAINT automatic_orders_mend_a_breach CHECK (num_nonnulls(breach_id, tenor_breach_id) = (origin = 'AUTOMATIC')::int);
/* The order of a tenor is for its area and its whole period, and against what was open. */
CREATE FUNCTION energy.refuse_order_of_another_period() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM energy.tenor_breach b WHERE b.id = NEW.tenor_breach_id AND (b.grid_area_id, b.from_at, b.until_at, CASE WHEN b.open_watt_hours > 0 THEN 'BUY' ELSE 'SELL' END) = (NEW.grid_area_id, NEW.from_at, NEW.until_at, NEW.side)) THEN
    RAISE EXCEPTION 'order % does not mend its breach', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenor_orders_mend_their_breach AFTER INSERT ON energy.hedge_order FOR EACH ROW WHEN (NEW.tenor_breach_id IS NOT NULL) EXECUTE FUNCTION energy.refuse_order_of_another_period();

REVOKE TRUNCATE ON energy.tenor_limit FROM stromgraph_energy;
REVOKE DELETE, TRUNCATE ON energy.tenor_breach FROM stromgraph_energy;

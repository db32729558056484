-- What exceeds a limit, the order that mends it, and what the market place made of the order.

-- A trade never changes: an amendment takes its place with a trade of its own, a cancellation with none.
CREATE TABLE energy.trade_amendment (
  trade_id uuid PRIMARY KEY REFERENCES energy.trade,
  /* Null: cancelled. */
  replaced_by uuid UNIQUE REFERENCES energy.trade CHECK (replaced_by <> trade_id),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  amended_at timestamptz NOT NULL,
  amended_by text NOT NULL
);
CREATE TRIGGER amendments_never_change BEFORE UPDATE OR DELETE ON energy.trade_amendment FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER amendments_stay BEFORE TRUNCATE ON energy.trade_amendment FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* An amendment delivers to the same area in the same period from the same side. */
CREATE FUNCTION energy.refuse_another_deal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT (SELECT (n.grid_area_id, n.side, n.from_at, n.until_at) = (o.grid_area_id, o.side, o.from_at, o.until_at) FROM energy.trade o, energy.trade n WHERE o.id = NEW.trade_id AND n.id = NEW.replaced_by) THEN
    RAISE EXCEPTION 'trade % is replaced by another deal', NEW.trade_id USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER amendments_are_of_the_same_deal AFTER INSERT ON energy.trade_amendment FOR EACH ROW WHEN (NEW.replaced_by IS NOT NULL) EXECUTE FUNCTION energy.refuse_another_deal();

-- Automatic hedging rests in an area until a time, with a reason; it may be released earlier.
CREATE TABLE energy.hedging_suspension (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  from_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL CHECK (until_at > from_at),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  suspended_by text NOT NULL,
  released_at timestamptz CHECK (released_at >= from_at),
  released_by text,
  release_reason text CHECK (length(release_reason) BETWEEN 1 AND 500),
  CONSTRAINT releases_have_a_name_and_a_reason CHECK ((released_at IS NULL) = (released_by IS NULL) AND (released_at IS NULL) = (release_reason IS NULL)),
  CONSTRAINT suspensions_do_not_overlap EXCLUDE USING gist (grid_area_id WITH =, tstzrange(from_at, until_at) WITH &&) WHERE (released_at IS NULL)
);
CREATE FUNCTION energy.refuse_other_suspension() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'suspension % stays as it was', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER suspensions_stay BEFORE UPDATE ON energy.hedging_suspension FOR EACH ROW
  WHEN (to_jsonb(NEW) - '{released_at,released_by,release_reason}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{released_at,released_by,release_reason}'::text[] OR OLD.released_at IS NOT NULL)
  EXECUTE FUNCTION energy.refuse_other_suspension();

-- A quarter hour beyond its limit: one row from when it is noticed until it is mended, or too late.
CREATE TABLE energy.limit_breach (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL,
  start_at timestamptz NOT NULL,
  rule text NOT NULL CHECK (rule IN ('PCT', 'MWH')),
  /* As noticed. */
  demand_watt_hours bigint NOT NULL,
  open_watt_hours bigint NOT NULL CHECK (open_watt_hours <> 0),
  position_version integer NOT NULL,
  opened_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= opened_at),
  FOREIGN KEY (grid_area_id, start_at) REFERENCES energy.current_position (grid_area_id, start_at)
);
CREATE UNIQUE INDEX breach_stands_once ON energy.limit_breach (grid_area_id, start_at) WHERE ended_at IS NULL;
CREATE FUNCTION energy.refuse_other_breach() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'breach % stays as it was noticed', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER breaches_stay BEFORE UPDATE ON energy.limit_breach FOR EACH ROW
  WHEN (to_jsonb(NEW) - 'ended_at' IS DISTINCT FROM to_jsonb(OLD) - 'ended_at' OR OLD.ended_at IS NOT NULL) EXECUTE FUNCTION energy.refuse_other_breach();

-- An order to the market place: of a breach, one each; or of a person, under an id of their own.
CREATE TABLE energy.hedge_order (
  id uuid PRIMARY KEY,
  origin text NOT NULL CHECK (origin IN ('AUTOMATIC', 'MANUAL')),
  breach_id uuid UNIQUE REFERENCES energy.limit_breach,
  client_order_id text NOT NULL CHECK (length(client_order_id) BETWEEN 1 AND 255),
  placed_by text NOT NULL,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  from_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(from_at)),
  until_at timestamptz NOT NULL CHECK (energy.is_quarter_hour(until_at) AND until_at > from_at),
  kilowatts bigint NOT NULL CHECK (kilowatts > 0),
  /* EUR/MWh: the most that a purchase, the least that a sale may cost; null: any price. */
  limit_price_eur_per_mwh numeric,
  status text NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'WORKING', 'PART_FILLED', 'FILLED', 'REJECTED', 'EXPIRED')),
  filled_kilowatts bigint NOT NULL DEFAULT 0,
  /* Why it was refused or ended. */
  reason text,
  placed_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL CHECK (changed_at >= placed_at),
  UNIQUE (placed_by, client_order_id),
  CONSTRAINT automatic_orders_mend_a_breach CHECK ((origin = 'AUTOMATIC') = (breach_id IS NOT NULL)),
  CONSTRAINT fills_fit_the_state CHECK (CASE status
    WHEN 'FILLED' THEN filled_kilowatts = kilowatts
    WHEN 'PART_FILLED' THEN filled_kilowatts > 0 AND filled_kilowatts < kilowatts
    WHEN 'EXPIRED' THEN filled_kilowatts >= 0 AND filled_kilowatts < kilowatts
    ELSE filled_kilowatts = 0 END),
  CONSTRAINT what_was_not_filled_has_a_reason CHECK ((status IN ('REJECTED', 'EXPIRED')) = (reason IS NOT NULL))
);
CREATE INDEX hedge_order_under_way ON energy.hedge_order (placed_at, id) WHERE status IN ('NEW', 'WORKING', 'PART_FILLED');
CREATE INDEX hedge_order_by_delivery ON energy.hedge_order (from_at, id);
/* What was ordered stays; states follow one another as they may, and a last one is the last. */
CREATE FUNCTION energy.refuse_wrong_order_state() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'NEW' THEN
      RAISE EXCEPTION 'an order begins as new' USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_begin_as_new';
    END IF;
  ELSIF to_jsonb(NEW) - '{status,filled_kilowatts,reason,changed_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{status,filled_kilowatts,reason,changed_at}'::text[] THEN
    RAISE EXCEPTION 'order % stays as it was placed', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'orders_stay_as_placed';
  ELSIF NEW.filled_kilowatts < OLD.filled_kilowatts OR NOT (OLD.status, NEW.status) IN (
    ('NEW', 'WORKING'), ('NEW', 'REJECTED'), ('NEW', 'PART_FILLED'), ('NEW', 'FILLED'), ('NEW', 'EXPIRED'),
    ('WORKING', 'PART_FILLED'), ('WORKING', 'FILLED'), ('WORKING', 'REJECTED'), ('WORKING', 'EXPIRED'),
    ('PART_FILLED', 'PART_FILLED'), ('PART_FILLED', 'FILLED'), ('PART_FILLED', 'EXPIRED')) THEN
    RAISE EXCEPTION 'order % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation', CONSTRAINT = 'order_states_follow_one_another';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_states_follow_one_another BEFORE INSERT OR UPDATE ON energy.hedge_order FOR EACH ROW EXECUTE FUNCTION energy.refuse_wrong_order_state();
-- Every state that an order ever had; written by the database itself.
CREATE TABLE energy.hedge_order_state (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES energy.hedge_order,
  status text NOT NULL,
  filled_kilowatts bigint NOT NULL,
  reason text,
  at timestamptz NOT NULL
);
CREATE INDEX hedge_order_state_by_order ON energy.hedge_order_state (order_id, id);
CREATE FUNCTION energy.enter_order_states() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = energy, pg_temp AS $$ BEGIN
  INSERT INTO energy.hedge_order_state (order_id, status, filled_kilowatts, reason, at) SELECT id, status, filled_kilowatts, reason, changed_at FROM after ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER new_orders_are_in_the_history AFTER INSERT ON energy.hedge_order REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_order_states();
CREATE TRIGGER changed_orders_are_in_the_history AFTER UPDATE ON energy.hedge_order REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION energy.enter_order_states();
CREATE TRIGGER order_states_never_change BEFORE UPDATE OR DELETE ON energy.hedge_order_state FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER order_states_stay BEFORE TRUNCATE ON energy.hedge_order_state FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- What the market place executed: told any number of times, taken once, a trade each.
CREATE TABLE energy.hedge_fill (
  execution_id text PRIMARY KEY CHECK (length(execution_id) BETWEEN 1 AND 200),
  order_id uuid NOT NULL REFERENCES energy.hedge_order,
  trade_id uuid NOT NULL UNIQUE REFERENCES energy.trade,
  kilowatts bigint NOT NULL CHECK (kilowatts > 0),
  executed_at timestamptz NOT NULL
);
CREATE INDEX hedge_fill_by_order ON energy.hedge_fill (order_id);
CREATE TRIGGER fills_never_change BEFORE UPDATE OR DELETE ON energy.hedge_fill FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER fills_stay BEFORE TRUNCATE ON energy.hedge_fill FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* At the end of each transaction an order is filled by exactly its fills. */
CREATE FUNCTION energy.refuse_order_that_its_fills_do_not_make() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  about uuid := CASE TG_TABLE_NAME WHEN 'hedge_fill' THEN to_jsonb(NEW) ->> 'order_id' ELSE to_jsonb(NEW) ->> 'id' END;
BEGIN
  IF (SELECT filled_kilowatts FROM energy.hedge_order WHERE id = about) <> (SELECT coalesce(sum(kilowatts), 0) FROM energy.hedge_fill WHERE order_id = about) THEN
    RAISE EXCEPTION 'order % is not filled by its fills', about USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_are_filled_by_their_fills';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER orders_are_filled_by_their_fills AFTER INSERT ON energy.hedge_fill DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_order_that_its_fills_do_not_make();
CREATE CONSTRAINT TRIGGER filled_orders_have_fills AFTER UPDATE OF filled_kilowatts ON energy.hedge_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_order_that_its_fills_do_not_make();

-- How far the market place's reports have been read; a row means that there is a market place.
CREATE TABLE energy.exchange_cursor (
  exchange text PRIMARY KEY CHECK (exchange IN ('EXCHANGE')),
  position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0)
);

REVOKE UPDATE, DELETE, TRUNCATE ON energy.trade_amendment, energy.hedge_fill, energy.hedge_order_state FROM stromgraph_energy;
REVOKE INSERT ON energy.hedge_order_state FROM stromgraph_energy;
REVOKE DELETE, TRUNCATE ON energy.hedging_suspension, energy.limit_breach, energy.hedge_order, energy.exchange_cursor FROM stromgraph_energy;

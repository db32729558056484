-- What was earned, or is expected to be, per area and day of delivery; closed by month. Every telling is a version that stays;
-- each says what made it differ from the one before.

-- What a customer pays, net, as sold. The energy's price is what is left when bonus and grid fee are taken off; levies are still in it.
CREATE TABLE energy.contract_price (
  contract_id uuid PRIMARY KEY REFERENCES energy.supply_contract,
  working_ct_per_kwh numeric NOT NULL,
  variable_bonus_ct_per_kwh numeric NOT NULL,
  grid_ct_per_kwh numeric NOT NULL,
  energy_ct_per_kwh numeric GENERATED ALWAYS AS (working_ct_per_kwh - variable_bonus_ct_per_kwh - grid_ct_per_kwh) STORED
);
CREATE TRIGGER contract_prices_never_change BEFORE UPDATE OR DELETE ON energy.contract_price FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER contract_prices_stay BEFORE TRUNCATE ON energy.contract_price FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE FUNCTION energy.sum_of(watt_hours bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT sum(w)::bigint FROM unnest(watt_hours) w $$;
/* What the difference of consumption and schedule costs at the price of each quarter hour, rounded once; without a price nothing. */
CREATE FUNCTION energy.cost_of_imbalance(consumption bigint[], scheduled bigint[], eur_per_mwh numeric[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT round(coalesce(sum((c - s) * p), 0) / 10000)::bigint FROM unnest(consumption, scheduled, eur_per_mwh) q (c, s, p)
$$;

CREATE TABLE energy.profit_loss (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL REFERENCES energy.position_day,
  version integer NOT NULL CHECK (version > 0),
  calculated_at timestamptz NOT NULL,
  /* Expected until the day is over. */
  state text NOT NULL CHECK (state IN ('EXPECTED', 'REALISED')),
  /* What the difference of consumption and schedule is valued at. */
  valued_at text NOT NULL CHECK (valued_at IN ('NOTHING', 'CURVE', 'ESTIMATE', 'FINAL')),
  purchased_watt_hours bigint NOT NULL CHECK (purchased_watt_hours >= 0),
  purchased_cents bigint NOT NULL,
  /* Sold to the market. */
  resold_watt_hours bigint NOT NULL CHECK (resold_watt_hours >= 0),
  resold_cents bigint NOT NULL,
  /* Sold to customers. */
  sold_watt_hours bigint NOT NULL,
  sold_cents bigint NOT NULL,
  /* Consumption less schedule: plus is short. */
  imbalance_watt_hours bigint NOT NULL,
  /* Plus is to pay. */
  imbalance_cents bigint NOT NULL,
  margin_cents bigint NOT NULL,
  /* What made the margin differ from the version before. */
  price_effect_cents bigint NOT NULL,
  volume_effect_cents bigint NOT NULL,
  deals_effect_cents bigint NOT NULL,
  imbalance_effect_cents bigint NOT NULL,
  /* Per quarter hour of the day. */
  consumption_watt_hours bigint[] NOT NULL,
  scheduled_watt_hours bigint[] NOT NULL,
  eur_per_mwh numeric[] NOT NULL,
  UNIQUE (grid_area_id, delivery_day, version),
  CONSTRAINT margin_is_sales_less_cost CHECK (margin_cents = sold_cents + resold_cents - purchased_cents - imbalance_cents),
  CONSTRAINT figures_cover_their_day CHECK (cardinality(consumption_watt_hours) = energy.quarter_hours_of(delivery_day)
    AND cardinality(scheduled_watt_hours) = energy.quarter_hours_of(delivery_day) AND cardinality(eur_per_mwh) = energy.quarter_hours_of(delivery_day)),
  CONSTRAINT sold_is_what_was_used CHECK (sold_watt_hours = energy.sum_of(consumption_watt_hours)),
  CONSTRAINT imbalance_is_consumption_less_schedule CHECK (imbalance_watt_hours = energy.sum_of(consumption_watt_hours) - energy.sum_of(scheduled_watt_hours)),
  CONSTRAINT imbalance_costs_its_price CHECK (imbalance_cents = energy.cost_of_imbalance(consumption_watt_hours, scheduled_watt_hours, eur_per_mwh)),
  CONSTRAINT imbalance_prices_are_of_days_that_are_over CHECK (state = 'REALISED' OR valued_at IN ('NOTHING', 'CURVE'))
);
CREATE TRIGGER profit_loss_never_changes BEFORE UPDATE OR DELETE ON energy.profit_loss FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER profit_loss_stays BEFORE TRUNCATE ON energy.profit_loss FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* Versions count from one on; the effects explain the change to the cent; what was realised is not expected again. */
CREATE FUNCTION energy.refuse_unexplained_profit_loss() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before energy.profit_loss;
BEGIN
  SELECT * INTO before FROM energy.profit_loss WHERE (grid_area_id, delivery_day) = (NEW.grid_area_id, NEW.delivery_day) ORDER BY version DESC LIMIT 1;
  IF NEW.version <> coalesce(before.version, 0) + 1 OR NEW.calculated_at < before.calculated_at OR before.state = 'REALISED' AND NEW.state = 'EXPECTED' THEN
    RAISE EXCEPTION 'version % of % does not follow the one before', NEW.version, NEW.delivery_day USING ERRCODE = 'restrict_violation', CONSTRAINT = 'versions_of_profit_loss_follow_one_another';
  END IF;
  IF NEW.margin_cents - coalesce(before.margin_cents, 0) <> NEW.price_effect_cents + NEW.volume_effect_cents + NEW.deals_effect_cents + NEW.imbalance_effect_cents THEN
    RAISE EXCEPTION 'the change of % is not explained', NEW.delivery_day USING ERRCODE = 'check_violation', CONSTRAINT = 'changes_of_profit_loss_are_explained';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER changes_of_profit_loss_are_explained BEFORE INSERT ON energy.profit_loss FOR EACH ROW EXECUTE FUNCTION energy.refuse_unexplained_profit_loss();

-- Days whose figures may have changed since they were last calculated.
CREATE TABLE energy.profit_loss_stale (
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  delivery_day date NOT NULL REFERENCES energy.position_day,
  PRIMARY KEY (grid_area_id, delivery_day)
);

-- A month of an area as it is closed: the sums of its days as they stood then.
CREATE TABLE energy.profit_loss_close (
  id uuid PRIMARY KEY,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  version integer NOT NULL CHECK (version > 0),
  closed_at timestamptz NOT NULL,
  /* Days with figures. */
  days integer NOT NULL CHECK (days > 0),
  purchased_watt_hours bigint NOT NULL,
  purchased_cents bigint NOT NULL,
  resold_watt_hours bigint NOT NULL,
  resold_cents bigint NOT NULL,
  sold_watt_hours bigint NOT NULL,
  sold_cents bigint NOT NULL,
  imbalance_watt_hours bigint NOT NULL,
  imbalance_cents bigint NOT NULL,
  margin_cents bigint NOT NULL,
  /* Until the imbalance price of every day is final. */
  provisional boolean NOT NULL,
  UNIQUE (grid_area_id, month, version),
  CONSTRAINT margin_is_sales_less_cost CHECK (margin_cents = sold_cents + resold_cents - purchased_cents - imbalance_cents)
);
CREATE TRIGGER closings_never_change BEFORE UPDATE OR DELETE ON energy.profit_loss_close FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER closings_stay BEFORE TRUNCATE ON energy.profit_loss_close FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE FUNCTION energy.refuse_closing_that_its_days_do_not_make() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM energy.profit_loss_close WHERE (grid_area_id, month) = (NEW.grid_area_id, NEW.month)) THEN
    RAISE EXCEPTION 'closing % of % does not follow the one before', NEW.version, NEW.month USING ERRCODE = 'restrict_violation', CONSTRAINT = 'versions_of_closings_follow_one_another';
  END IF;
  IF (SELECT (count(*), sum(purchased_watt_hours), sum(purchased_cents), sum(resold_watt_hours), sum(resold_cents), sum(sold_watt_hours), sum(sold_cents), sum(imbalance_watt_hours), sum(imbalance_cents), bool_or(valued_at <> 'FINAL'))
      IS DISTINCT FROM (NEW.days::bigint, NEW.purchased_watt_hours::numeric, NEW.purchased_cents::numeric, NEW.resold_watt_hours::numeric, NEW.resold_cents::numeric, NEW.sold_watt_hours::numeric, NEW.sold_cents::numeric,
        NEW.imbalance_watt_hours::numeric, NEW.imbalance_cents::numeric, NEW.provisional)
      FROM (SELECT DISTINCT ON (delivery_day) * FROM energy.profit_loss WHERE grid_area_id = NEW.grid_area_id AND delivery_day >= NEW.month AND delivery_day < NEW.month + interval '1 month' ORDER BY delivery_day, version DESC) d
      WHERE d.state = 'REALISED') THEN
    RAISE EXCEPTION 'the closing of % is not the sum of its days', NEW.month USING ERRCODE = 'check_violation', CONSTRAINT = 'closings_are_the_sums_of_their_days';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER closings_are_the_sums_of_their_days BEFORE INSERT ON energy.profit_loss_close FOR EACH ROW EXECUTE FUNCTION energy.refuse_closing_that_its_days_do_not_make();

REVOKE UPDATE, DELETE, TRUNCATE ON energy.contract_price, energy.profit_loss, energy.profit_loss_close FROM stromgraph_energy;

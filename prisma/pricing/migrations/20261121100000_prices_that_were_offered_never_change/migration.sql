SELECT platform.equip_domain('pricing');
-- Every sales channel sells from its own price list, each price is right for its exact place, and no price that was ever
-- offered is lost or changed. Unit prices are net and keep their decimals (ct/kWh, cents per month); amounts are whole cents.

CREATE TABLE pricing.channel (
  name text PRIMARY KEY CHECK (name ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  margin_strategy text NOT NULL CHECK (margin_strategy IN ('FIXED', 'OPTIMISED')),
  /* The margin of a FIXED strategy; OPTIMISED is decided per run. */
  fixed_margin_ct_per_kwh numeric(12, 6),
  /* The service account of identity whose API key reads this channel's prices. */
  service_account_id uuid UNIQUE,
  CONSTRAINT fixed_strategies_name_their_margin CHECK ((margin_strategy = 'FIXED') = (fixed_margin_ct_per_kwh IS NOT NULL))
);
INSERT INTO pricing.channel (name, margin_strategy) VALUES ('WEB', 'OPTIMISED'), ('CALL_CENTRE', 'OPTIMISED'), ('PARTNER', 'OPTIMISED');

CREATE TABLE pricing.tariff (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(btrim(name)) BETWEEN 1 AND 200),
  /* Which price table holds its prices. */
  kind text NOT NULL CHECK (kind IN ('DYNAMIC', 'FIX12')),
  /* § 309 BGB: consumers are bound for two years at most. */
  minimum_duration_months integer NOT NULL CHECK (minimum_duration_months BETWEEN 0 AND 24),
  minimum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  maximum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  consumption_from_watt_hours bigint NOT NULL CHECK (consumption_from_watt_hours >= 0),
  /* Exclusive. */
  consumption_until_watt_hours bigint NOT NULL,
  billing_frequency_months integer NOT NULL CHECK (billing_frequency_months IN (1, 3, 12)),
  advance_payment_mode text NOT NULL CHECK (advance_payment_mode IN ('ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE')),
  number_of_advances integer NOT NULL DEFAULT 12 CHECK (number_of_advances BETWEEN 0 AND 12),
  grace_days integer NOT NULL CHECK (grace_days BETWEEN 0 AND 90),
  end_of_contract text NOT NULL CHECK (end_of_contract IN ('RENEW_MONTHLY', 'RENEW_TERM', 'END')),
  fixed_bonus_cents bigint NOT NULL DEFAULT 0 CHECK (fixed_bonus_cents >= 0),
  /* Components that become invoice lines of their own; the others are contained in the working price. */
  passed_through text[] NOT NULL DEFAULT '{}' CONSTRAINT only_known_components_pass_through CHECK (passed_through <@ ARRAY['ENERGY', 'GRID', 'CONCESSION', 'LEVIES', 'TAX']),
  valid_from date NOT NULL,
  valid_until date,
  defined_at timestamptz NOT NULL,
  CONSTRAINT corridor_has_a_width CHECK (minimum_margin_ct_per_kwh <= maximum_margin_ct_per_kwh),
  CONSTRAINT consumption_range_is_not_empty CHECK (consumption_until_watt_hours > consumption_from_watt_hours),
  CONSTRAINT tariff_validity_is_not_empty CHECK (valid_until > valid_from),
  CONSTRAINT tariff_with_its_corridor UNIQUE (id, kind, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh),
  CONSTRAINT one_tariff_of_a_name_at_a_time EXCLUDE USING gist (name WITH =, daterange(valid_from, valid_until) WITH &&)
);
CREATE FUNCTION pricing.refuse_another_tariff() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'tariff % never changes but for its end: define a new one', OLD.name USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER tariffs_change_only_their_end BEFORE UPDATE OR DELETE ON pricing.tariff FOR EACH ROW EXECUTE FUNCTION pricing.refuse_another_tariff();

/* Whether a JSON value is a decimal number as text. */
CREATE FUNCTION pricing.is_decimal(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^-?\d{1,12}(\.\d{1,6})?$', false)
$$;
/* The shape of a rate: exactly one of four kinds, each with its own parts. */
CREATE FUNCTION pricing.is_rate_configuration(configuration jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(CASE configuration ->> 'kind'
    WHEN 'FLAT' THEN configuration = '{"kind": "FLAT"}'
    WHEN 'SPOT' THEN configuration = '{"kind": "SPOT"}'
    WHEN 'TIME_OF_USE' THEN configuration - 'kind' - 'windows' = '{}' AND jsonb_typeof(configuration -> 'windows') = 'array'
      AND jsonb_array_length(configuration -> 'windows') BETWEEN 1 AND 50 AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(configuration -> 'windows') AS w (body) WHERE NOT coalesce(
          body - 'name' - 'days' - 'from' - 'until' - 'adjustmentCtPerKwh' = '{}' AND length(body ->> 'name') BETWEEN 1 AND 60
          AND jsonb_typeof(body -> 'days') = 'array' AND jsonb_array_length(body -> 'days') > 0
          AND body -> 'days' <@ '["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "HOLIDAY"]'
          AND body ->> 'from' ~ '^([01]\d|2[0-3]):(00|15|30|45)$' AND body ->> 'until' ~ '^(([01]\d|2[0-3]):(00|15|30|45)|24:00)$'
          AND body ->> 'until' > body ->> 'from' AND pricing.is_decimal(body -> 'adjustmentCtPerKwh'), false))
    WHEN 'BLOCK' THEN configuration - 'kind' - 'tiers' = '{}' AND jsonb_typeof(configuration -> 'tiers') = 'array'
      AND jsonb_array_length(configuration -> 'tiers') BETWEEN 1 AND 50 AND NOT EXISTS (
        SELECT FROM (
          SELECT body, ordinality = jsonb_array_length(configuration -> 'tiers') AS is_last, lag(body ->> 'upToWattHours') OVER (ORDER BY ordinality) AS previous
          FROM jsonb_array_elements(configuration -> 'tiers') WITH ORDINALITY AS t (body, ordinality)) AS tier
        WHERE NOT coalesce(body - 'upToWattHours' - 'adjustmentCtPerKwh' = '{}' AND pricing.is_decimal(body -> 'adjustmentCtPerKwh')
          AND (jsonb_typeof(body -> 'upToWattHours') = 'null') = is_last
          AND (is_last OR body ->> 'upToWattHours' ~ '^[1-9]\d{0,14}$' AND (body ->> 'upToWattHours')::numeric > coalesce(previous, '0')::numeric), false))
    ELSE false END, false)
$$;
CREATE TABLE pricing.rate_configuration (
  tariff_id uuid NOT NULL REFERENCES pricing.tariff (id),
  version integer NOT NULL CHECK (version >= 1),
  configuration jsonb NOT NULL CONSTRAINT rate_has_a_known_shape CHECK (pricing.is_rate_configuration(configuration)),
  defined_at timestamptz NOT NULL,
  PRIMARY KEY (tariff_id, version)
);
CREATE TRIGGER rate_configurations_never_change BEFORE UPDATE OR DELETE ON pricing.rate_configuration FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER rate_configurations_are_kept BEFORE TRUNCATE ON pricing.rate_configuration FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Where a price holds. One postal code can lie in several municipalities and several grid areas.
CREATE TABLE pricing.place (
  postal_code text NOT NULL CHECK (postal_code ~ '^(0[1-9]|[1-9]\d)\d{3}$'),
  city text NOT NULL CHECK (length(city) BETWEEN 1 AND 200),
  district text CHECK (length(district) BETWEEN 1 AND 200),
  /* The district as a key, so that others can refer to a place without one. */
  district_key text NOT NULL GENERATED ALWAYS AS (coalesce(district, '')) STORED,
  /* The municipality's official key. */
  ags text NOT NULL CHECK (ags ~ '^\d{8}$'),
  grid_operator_code text NOT NULL CHECK (grid_operator_code ~ '^99\d{11}$'),
  grid_operator_name text NOT NULL,
  grid_area_code text NOT NULL CHECK (grid_area_code ~ '^\d\dY[A-Z0-9-]{12}[A-Z0-9]$'),
  PRIMARY KEY (postal_code, city, district_key)
);

CREATE TABLE pricing.grid_fee (
  postal_code text NOT NULL,
  city text NOT NULL,
  district_key text NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  working_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_ct_per_kwh >= 0),
  base_cents_per_year numeric(14, 6) NOT NULL CHECK (base_cents_per_year >= 0),
  metering_cents_per_year numeric(14, 6) NOT NULL CHECK (metering_cents_per_year >= 0),
  PRIMARY KEY (postal_code, city, district_key, valid_from),
  CONSTRAINT grid_fee_of_a_known_place FOREIGN KEY (postal_code, city, district_key) REFERENCES pricing.place,
  CONSTRAINT grid_fee_validity_is_not_empty CHECK (valid_until > valid_from),
  CONSTRAINT one_grid_fee_at_a_time EXCLUDE USING gist (postal_code WITH =, city WITH =, district_key WITH =, daterange(valid_from, valid_until) WITH &&)
);

CREATE TABLE pricing.concession_levy (
  ags text NOT NULL CHECK (ags ~ '^\d{8}$'),
  contract_class text NOT NULL CHECK (contract_class IN ('TARIFF', 'OFF_PEAK', 'SPECIAL')),
  /* The operator's rate is the real one; the legal maximum stands in only where none is known. */
  source text NOT NULL CHECK (source IN ('OPERATOR', 'LEGAL_MAXIMUM')),
  valid_from date NOT NULL,
  valid_until date,
  ct_per_kwh numeric(12, 6) NOT NULL CONSTRAINT concession_within_the_law CHECK (ct_per_kwh BETWEEN 0 AND 2.39),
  PRIMARY KEY (ags, contract_class, source, valid_from),
  CONSTRAINT concession_validity_is_not_empty CHECK (valid_until > valid_from),
  CONSTRAINT one_concession_rate_at_a_time EXCLUDE USING gist (ags WITH =, contract_class WITH =, source WITH =, daterange(valid_from, valid_until) WITH &&)
);

CREATE TABLE pricing.levy (
  name text NOT NULL CHECK (name IN ('KWKG', 'OFFSHORE', 'SPECIAL_GRID_USE', 'ELECTRICITY_TAX')),
  year integer NOT NULL CHECK (year BETWEEN 2020 AND 2100),
  /* Consumption above 1 GWh at one place pays the rates of B and C. */
  consumer_group text NOT NULL CHECK (consumer_group IN ('A', 'B', 'C')),
  ct_per_kwh numeric(12, 6) NOT NULL CHECK (ct_per_kwh >= 0),
  source text NOT NULL CHECK (length(source) > 0),
  PRIMARY KEY (name, year, consumer_group)
);

-- One immutable price version. Its rows are loaded in chunks while it is unpublished; publishing makes all visible at once.
CREATE TABLE pricing.campaign (
  id uuid PRIMARY KEY,
  tariff_id uuid NOT NULL,
  rate_version integer NOT NULL,
  channel text NOT NULL REFERENCES pricing.channel (name),
  valid_from date NOT NULL,
  valid_until date,
  created_at timestamptz NOT NULL,
  published_at timestamptz,
  price_count integer CONSTRAINT campaigns_are_not_empty CHECK (price_count > 0),
  engine_version text NOT NULL CHECK (length(engine_version) BETWEEN 1 AND 200),
  /* SHA-256 of what the engine computed from: the same inputs give the same prices. */
  input_hash text NOT NULL CHECK (input_hash ~ '^[0-9a-f]{64}$'),
  CONSTRAINT campaign_with_its_tariff UNIQUE (id, tariff_id),
  CONSTRAINT campaign_has_a_rate FOREIGN KEY (tariff_id, rate_version) REFERENCES pricing.rate_configuration,
  CONSTRAINT campaign_validity_is_not_empty CHECK (valid_until > valid_from),
  CONSTRAINT published_campaigns_count_their_prices CHECK ((published_at IS NULL) = (price_count IS NULL))
);
CREATE INDEX campaign_by_channel ON pricing.campaign (channel, tariff_id, published_at DESC);

-- Fixed and dynamic prices lie in two tables of one shape, so that their versions never mix: the kind is part of the key to the tariff.
CREATE TABLE pricing.campaign_price_fix12 (
  campaign_id uuid NOT NULL,
  /* Its place in the payload, from 1. */
  line integer NOT NULL CHECK (line >= 1),
  tariff_id uuid NOT NULL,
  tariff_kind text NOT NULL DEFAULT 'FIX12' CONSTRAINT fixed_prices_only CHECK (tariff_kind = 'FIX12'),
  postal_code text NOT NULL,
  city text NOT NULL,
  district text,
  district_key text NOT NULL GENERATED ALWAYS AS (coalesce(district, '')) STORED,
  /* For supply that starts on this day or later, until a later row's day. */
  starts_on date NOT NULL,
  working_price_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_price_ct_per_kwh >= 0),
  fix_fee_cents_per_month numeric(14, 6) NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  variable_bonus_ct_per_kwh numeric(12, 6) NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_cents bigint NOT NULL CHECK (fixed_bonus_cents >= 0),
  /* The place's grid fee as it was when the price was made. */
  grid_working_ct_per_kwh numeric(12, 6) NOT NULL CHECK (grid_working_ct_per_kwh >= 0),
  grid_fix_cents_per_month numeric(14, 6) NOT NULL CHECK (grid_fix_cents_per_month >= 0),
  energy_ct_per_kwh numeric(12, 6) NOT NULL,
  concession_ct_per_kwh numeric(12, 6) NOT NULL CHECK (concession_ct_per_kwh >= 0),
  levies_ct_per_kwh numeric(12, 6) NOT NULL CHECK (levies_ct_per_kwh >= 0),
  tax_ct_per_kwh numeric(12, 6) NOT NULL CHECK (tax_ct_per_kwh >= 0),
  minimum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  maximum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  cost_breakdown jsonb NOT NULL,
  PRIMARY KEY (campaign_id, line),
  CONSTRAINT fix12_price_of_its_campaign FOREIGN KEY (campaign_id, tariff_id) REFERENCES pricing.campaign (id, tariff_id),
  CONSTRAINT fix12_price_has_its_tariffs_corridor FOREIGN KEY (tariff_id, tariff_kind, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh)
    REFERENCES pricing.tariff (id, kind, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh),
  CONSTRAINT fix12_price_of_a_known_place FOREIGN KEY (postal_code, city, district_key) REFERENCES pricing.place,
  CONSTRAINT fix12_price_once UNIQUE NULLS NOT DISTINCT (campaign_id, postal_code, city, district, tariff_id, starts_on),
  CONSTRAINT fix12_margin_within_corridor CHECK (
    working_price_ct_per_kwh - (energy_ct_per_kwh + grid_working_ct_per_kwh + concession_ct_per_kwh + levies_ct_per_kwh + tax_ct_per_kwh)
    BETWEEN minimum_margin_ct_per_kwh AND maximum_margin_ct_per_kwh),
  CONSTRAINT fix12_breakdown_agrees CHECK (coalesce(
    (cost_breakdown ->> 'energy')::numeric = energy_ct_per_kwh AND (cost_breakdown ->> 'grid')::numeric = grid_working_ct_per_kwh
    AND (cost_breakdown ->> 'concession')::numeric = concession_ct_per_kwh AND (cost_breakdown ->> 'levies')::numeric = levies_ct_per_kwh
    AND (cost_breakdown ->> 'tax')::numeric = tax_ct_per_kwh
    AND (cost_breakdown ->> 'margin')::numeric = working_price_ct_per_kwh - (energy_ct_per_kwh + grid_working_ct_per_kwh + concession_ct_per_kwh + levies_ct_per_kwh + tax_ct_per_kwh), false))
);
CREATE TABLE pricing.campaign_price_dynamic (
  campaign_id uuid NOT NULL,
  line integer NOT NULL CHECK (line >= 1),
  tariff_id uuid NOT NULL,
  tariff_kind text NOT NULL DEFAULT 'DYNAMIC' CONSTRAINT dynamic_prices_only CHECK (tariff_kind = 'DYNAMIC'),
  postal_code text NOT NULL,
  city text NOT NULL,
  district text,
  district_key text NOT NULL GENERATED ALWAYS AS (coalesce(district, '')) STORED,
  starts_on date NOT NULL,
  working_price_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_price_ct_per_kwh >= 0),
  fix_fee_cents_per_month numeric(14, 6) NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  variable_bonus_ct_per_kwh numeric(12, 6) NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_cents bigint NOT NULL CHECK (fixed_bonus_cents >= 0),
  grid_working_ct_per_kwh numeric(12, 6) NOT NULL CHECK (grid_working_ct_per_kwh >= 0),
  grid_fix_cents_per_month numeric(14, 6) NOT NULL CHECK (grid_fix_cents_per_month >= 0),
  energy_ct_per_kwh numeric(12, 6) NOT NULL,
  concession_ct_per_kwh numeric(12, 6) NOT NULL CHECK (concession_ct_per_kwh >= 0),
  levies_ct_per_kwh numeric(12, 6) NOT NULL CHECK (levies_ct_per_kwh >= 0),
  tax_ct_per_kwh numeric(12, 6) NOT NULL CHECK (tax_ct_per_kwh >= 0),
  minimum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  maximum_margin_ct_per_kwh numeric(12, 6) NOT NULL,
  cost_breakdown jsonb NOT NULL,
  PRIMARY KEY (campaign_id, line),
  CONSTRAINT dynamic_price_of_its_campaign FOREIGN KEY (campaign_id, tariff_id) REFERENCES pricing.campaign (id, tariff_id),
  CONSTRAINT dynamic_price_has_its_tariffs_corridor FOREIGN KEY (tariff_id, tariff_kind, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh)
    REFERENCES pricing.tariff (id, kind, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh),
  CONSTRAINT dynamic_price_of_a_known_place FOREIGN KEY (postal_code, city, district_key) REFERENCES pricing.place,
  CONSTRAINT dynamic_price_once UNIQUE NULLS NOT DISTINCT (campaign_id, postal_code, city, district, tariff_id, starts_on),
  CONSTRAINT dynamic_margin_within_corridor CHECK (
    working_price_ct_per_kwh - (energy_ct_per_kwh + grid_working_ct_per_kwh + concession_ct_per_kwh + levies_ct_per_kwh + tax_ct_per_kwh)
    BETWEEN minimum_margin_ct_per_kwh AND maximum_margin_ct_per_kwh),
  CONSTRAINT dynamic_breakdown_agrees CHECK (coalesce(
    (cost_breakdown ->> 'energy')::numeric = energy_ct_per_kwh AND (cost_breakdown ->> 'grid')::numeric = grid_working_ct_per_kwh
    AND (cost_breakdown ->> 'concession')::numeric = concession_ct_per_kwh AND (cost_breakdown ->> 'levies')::numeric = levies_ct_per_kwh
    AND (cost_breakdown ->> 'tax')::numeric = tax_ct_per_kwh
    AND (cost_breakdown ->> 'margin')::numeric = working_price_ct_per_kwh - (energy_ct_per_kwh + grid_working_ct_per_kwh + concession_ct_per_kwh + levies_ct_per_kwh + tax_ct_per_kwh), false))
);

CREATE FUNCTION pricing.price_count_of(campaign uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (SELECT count(*) FROM pricing.campaign_price_fix12 WHERE campaign_id = campaign) + (SELECT count(*) FROM pricing.campaign_price_dynamic WHERE campaign_id = campaign)
$$;
/* The one change of a campaign is its publication, with all the rows it says it has. */
CREATE FUNCTION pricing.refuse_change_of_campaign() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.published_at IS NULL AND TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND to_jsonb(NEW) - 'published_at' - 'price_count' = to_jsonb(OLD) - 'published_at' - 'price_count' THEN
    IF NEW.price_count IS DISTINCT FROM pricing.price_count_of(OLD.id) THEN
      RAISE EXCEPTION 'campaign % has % prices, not %', OLD.id, pricing.price_count_of(OLD.id), NEW.price_count USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'campaign % never changes: a new price is a new campaign', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER campaigns_never_change BEFORE UPDATE OR DELETE ON pricing.campaign FOR EACH ROW EXECUTE FUNCTION pricing.refuse_change_of_campaign();
CREATE TRIGGER campaigns_are_kept BEFORE TRUNCATE ON pricing.campaign FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* Campaigns begin unpublished, so that publication is an act of its own. */
CREATE FUNCTION pricing.refuse_campaign_born_published() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a campaign is published after its prices were loaded' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER campaigns_begin_unpublished BEFORE INSERT ON pricing.campaign FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION pricing.refuse_campaign_born_published();

/* The share lock makes a late load wait for the publication, and then fail. */
CREATE FUNCTION pricing.refuse_rows_of_published_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE locked record;
BEGIN
  FOR locked IN SELECT c.id, c.published_at FROM pricing.campaign c WHERE c.id IN (SELECT DISTINCT campaign_id FROM touched) FOR SHARE LOOP
    IF locked.published_at IS NOT NULL THEN
      RAISE EXCEPTION 'campaign % is published: its prices never change', locked.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER published_fix12_prices_get_no_company AFTER INSERT ON pricing.campaign_price_fix12 REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pricing.refuse_rows_of_published_campaign();
CREATE TRIGGER published_fix12_prices_are_kept AFTER DELETE ON pricing.campaign_price_fix12 REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pricing.refuse_rows_of_published_campaign();
CREATE TRIGGER fix12_prices_never_change BEFORE UPDATE OR TRUNCATE ON pricing.campaign_price_fix12 FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER published_dynamic_prices_get_no_company AFTER INSERT ON pricing.campaign_price_dynamic REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pricing.refuse_rows_of_published_campaign();
CREATE TRIGGER published_dynamic_prices_are_kept AFTER DELETE ON pricing.campaign_price_dynamic REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pricing.refuse_rows_of_published_campaign();
CREATE TRIGGER dynamic_prices_never_change BEFORE UPDATE OR TRUNCATE ON pricing.campaign_price_dynamic FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- What the market expects energy to cost: one version per import, with a price for every hour or quarter hour of its days.
/* 23, 24 or 25 hours, times the parts of one. */
CREATE FUNCTION pricing.steps_of(day date, minutes integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM ((day + 1)::timestamp AT TIME ZONE 'Europe/Berlin') - (day::timestamp AT TIME ZONE 'Europe/Berlin')) / 60)::integer / minutes
$$;
CREATE TABLE pricing.hpfc (
  id uuid PRIMARY KEY,
  trading_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  source text NOT NULL CHECK (source IN ('ENET', 'FILE')),
  published_at timestamptz NOT NULL,
  imported_at timestamptz NOT NULL,
  /* Delivery days, the last one exclusive. */
  from_day date NOT NULL,
  until_day date NOT NULL,
  minutes smallint NOT NULL CHECK (minutes IN (15, 60)),
  CONSTRAINT a_curve_has_a_version_once UNIQUE (trading_day, version),
  CONSTRAINT curve_with_its_steps UNIQUE (id, minutes),
  CONSTRAINT curve_has_days CHECK (until_day > from_day)
);
CREATE TABLE pricing.hpfc_day (
  hpfc_id uuid NOT NULL,
  delivery_day date NOT NULL,
  minutes smallint NOT NULL,
  /* In order of time; may be negative. */
  eur_per_mwh numeric(12, 5)[] NOT NULL,
  PRIMARY KEY (hpfc_id, delivery_day),
  CONSTRAINT curve_day_of_its_curve FOREIGN KEY (hpfc_id, minutes) REFERENCES pricing.hpfc (id, minutes),
  CONSTRAINT curve_days_are_whole CHECK (array_position(eur_per_mwh, NULL) IS NULL AND cardinality(eur_per_mwh) = pricing.steps_of(delivery_day, minutes))
);
CREATE FUNCTION pricing.refuse_curve_with_gaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.until_day - NEW.from_day <> (SELECT count(*) FROM pricing.hpfc_day d WHERE d.hpfc_id = NEW.id AND d.delivery_day >= NEW.from_day AND d.delivery_day < NEW.until_day) THEN
    RAISE EXCEPTION 'the curve of % has a gap between % and %', NEW.trading_day, NEW.from_day, NEW.until_day USING ERRCODE = 'check_violation', CONSTRAINT = 'curves_have_no_gap';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER curves_have_no_gap AFTER INSERT ON pricing.hpfc DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pricing.refuse_curve_with_gaps();
CREATE TRIGGER curves_never_change BEFORE UPDATE OR DELETE ON pricing.hpfc FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER curves_are_kept BEFORE TRUNCATE ON pricing.hpfc FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER curve_days_never_change BEFORE UPDATE OR DELETE ON pricing.hpfc_day FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER curve_days_are_kept BEFORE TRUNCATE ON pricing.hpfc_day FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- How far the data service's publications have been read, and when it is asked again after a failure (business time).
CREATE TABLE pricing.publication_cursor (
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
INSERT INTO pricing.publication_cursor (source) VALUES ('ENET');

REVOKE UPDATE ON pricing.campaign_price_fix12, pricing.campaign_price_dynamic FROM stromgraph_pricing;
REVOKE UPDATE, DELETE ON pricing.rate_configuration, pricing.hpfc, pricing.hpfc_day FROM stromgraph_pricing;
REVOKE DELETE ON pricing.tariff FROM stromgraph_pricing;
-- Offers are no personal data: a customer may see the tariff of the own contract.
GRANT SELECT ON pricing.tariff, pricing.rate_configuration, pricing.campaign, pricing.place TO stromgraph_pricing_own;

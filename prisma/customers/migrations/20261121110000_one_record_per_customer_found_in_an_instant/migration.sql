SELECT platform.equip_domain('customers');
-- One authoritative record per end customer. E-mail, phone and IBAN are sealed under the customer's own key and found by keyed
-- hashes only; the timeline is append-only; what the search looks at is derived and can be dropped and rebuilt.

CREATE SEQUENCE customers.customer_number START 100001;

CREATE TABLE customers.customer (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE CHECK (number ~ '^K-\d{6,12}$'),
  kind text NOT NULL CHECK (kind IN ('INDIVIDUAL', 'BUSINESS')),
  salutation text CHECK (length(salutation) <= 60),
  first_name text CHECK (length(first_name) <= 200),
  last_name text CHECK (length(last_name) <= 200),
  company text CHECK (length(company) <= 200),
  street text, house_number text, postal_code text, city text, district text,
  country text CHECK (country ~ '^[A-Z]{2}$'),
  email_sealed text, email_hash bytea CHECK (octet_length(email_hash) = 32),
  phone_sealed text, phone_hash bytea CHECK (octet_length(phone_hash) = 32),
  iban_sealed text, iban_hash bytea CHECK (octet_length(iban_hash) = 32),
  locale text NOT NULL DEFAULT 'de-DE' CHECK (locale IN ('de-DE', 'en-US')),
  contact_preferences jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(contact_preferences) = 'object'),
  schufa_score_percent numeric(5, 2) CHECK (schufa_score_percent BETWEEN 0 AND 100),
  /* Maintained by the database from contract_ref; nobody else writes it. */
  active_contracts integer NOT NULL DEFAULT 0 CHECK (active_contracts >= 0),
  /* What the customer owes; a credit is negative. */
  balance_cents bigint NOT NULL DEFAULT 0,
  billing_status text NOT NULL DEFAULT 'CURRENT' CHECK (billing_status IN ('CURRENT', 'OVERDUE', 'DUNNING', 'BLOCKED')),
  /* For edits: who has read an older version is refused. */
  version integer NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  CONSTRAINT sealed_values_can_be_found CHECK (
    (email_sealed IS NULL) = (email_hash IS NULL) AND (phone_sealed IS NULL) = (phone_hash IS NULL) AND (iban_sealed IS NULL) = (iban_hash IS NULL)),
  CONSTRAINT living_customers_have_a_name CHECK (
    deleted_at IS NOT NULL OR (CASE kind WHEN 'INDIVIDUAL' THEN last_name IS NOT NULL ELSE company IS NOT NULL END)),
  CONSTRAINT living_customers_have_an_address CHECK (
    deleted_at IS NOT NULL OR num_nulls(street, house_number, postal_code, city, country) = 0),
  CONSTRAINT german_postal_codes_have_five_digits CHECK (country <> 'DE' OR postal_code ~ '^\d{5}$'),
  CONSTRAINT erased_customers_say_nothing CHECK (
    deleted_at IS NULL OR (num_nonnulls(salutation, first_name, last_name, company, street, house_number, postal_code, city, district,
      email_sealed, phone_sealed, iban_sealed) = 0 AND contact_preferences = '{}' AND schufa_score_percent IS NULL)),
  CHECK (deleted_at >= created_at)
);
CREATE INDEX customer_by_email ON customers.customer (email_hash);
CREATE INDEX customer_by_phone ON customers.customer (phone_hash);
CREATE INDEX customer_by_iban ON customers.customer (iban_hash);
CREATE FUNCTION customers.refuse_change_of_what_the_database_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN
    RAISE EXCEPTION 'customer % is erased and stays so', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF NEW.active_contracts <> OLD.active_contracts AND pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'the number of active contracts follows from contract_ref' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  IF NEW.number <> OLD.number OR NEW.created_at <> OLD.created_at THEN
    RAISE EXCEPTION 'customer numbers never change' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER counted_values_are_the_databases BEFORE UPDATE ON customers.customer
  FOR EACH ROW EXECUTE FUNCTION customers.refuse_change_of_what_the_database_counts();
CREATE FUNCTION customers.refuse_a_count_from_outside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a new customer has no active contracts' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER new_customers_have_no_contracts BEFORE INSERT ON customers.customer
  FOR EACH ROW WHEN (NEW.active_contracts <> 0) EXECUTE FUNCTION customers.refuse_a_count_from_outside();

/* A tree per customer: a private customer's has one node, a company's may have one per site or department. */
CREATE TABLE customers.account (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers.customer (id),
  parent_id uuid,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  /* Of this account alone, without those below it. */
  balance_cents bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  UNIQUE (id, customer_id),
  CONSTRAINT parents_are_of_the_same_customer FOREIGN KEY (parent_id, customer_id) REFERENCES customers.account (id, customer_id),
  CHECK (parent_id <> id)
);
CREATE UNIQUE INDEX one_tree_per_customer ON customers.account (customer_id) WHERE parent_id IS NULL;
CREATE INDEX account_by_customer ON customers.account (customer_id, id);
CREATE INDEX account_by_parent ON customers.account (parent_id);
/* The lock lets two changes of one tree at once see each other. */
CREATE FUNCTION customers.refuse_circles_of_accounts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('customers.account ' || NEW.customer_id, 0));
  IF EXISTS (
    WITH RECURSIVE above AS (
      SELECT parent_id AS id FROM customers.account WHERE id = NEW.id
      UNION SELECT a.parent_id FROM customers.account a JOIN above ON a.id = above.id
    ) SELECT 1 FROM above WHERE id = NEW.id) THEN
    RAISE EXCEPTION 'account % would lie below itself', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_form_a_tree AFTER INSERT OR UPDATE OF parent_id ON customers.account
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION customers.refuse_circles_of_accounts();

/* A delivery address of a customer, with the market locations and meters there. */
CREATE TABLE customers.premise (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers.customer (id),
  street text NOT NULL CHECK (street <> ''), house_number text NOT NULL, postal_code text NOT NULL, city text NOT NULL CHECK (city <> ''), district text,
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  created_at timestamptz NOT NULL,
  UNIQUE (id, customer_id),
  CONSTRAINT premises_in_germany_have_five_digits CHECK (country <> 'DE' OR postal_code ~ '^\d{5}$')
);
CREATE UNIQUE INDEX one_premise_per_address ON customers.premise (customer_id, country, postal_code, lower(city), lower(street), lower(house_number));
CREATE TABLE customers.premise_market_location (
  premise_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  market_location_id uuid NOT NULL,
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9]\d{10}$'),
  PRIMARY KEY (market_location_id, customer_id),
  FOREIGN KEY (premise_id, customer_id) REFERENCES customers.premise (id, customer_id)
);
CREATE INDEX market_location_by_premise ON customers.premise_market_location (premise_id);
CREATE INDEX market_location_by_customer ON customers.premise_market_location (customer_id);
CREATE TABLE customers.premise_meter (
  premise_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  meter_id uuid NOT NULL,
  meter_number text NOT NULL CHECK (meter_number <> ''),
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9]\d{10}$'),
  installed_on date NOT NULL,
  PRIMARY KEY (meter_id, customer_id),
  FOREIGN KEY (premise_id, customer_id) REFERENCES customers.premise (id, customer_id)
);
CREATE INDEX meter_by_premise ON customers.premise_meter (premise_id);
CREATE INDEX meter_by_customer ON customers.premise_meter (customer_id);

CREATE TABLE customers.contract_ref (
  contract_id uuid NOT NULL,
  customer_id uuid NOT NULL REFERENCES customers.customer (id),
  contract_number text NOT NULL CHECK (contract_number <> ''),
  relation text NOT NULL CHECK (relation IN ('OWNER', 'CO_TENANT', 'FORMER')),
  active boolean NOT NULL,
  account_id uuid NOT NULL,
  premise_id uuid,
  tariff_id uuid NOT NULL,
  tariff_name text NOT NULL,
  start_on date NOT NULL,
  end_on date CHECK (end_on > start_on),
  PRIMARY KEY (contract_id, customer_id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customers.account (id, customer_id),
  FOREIGN KEY (premise_id, customer_id) REFERENCES customers.premise (id, customer_id),
  CONSTRAINT former_contracts_are_not_active CHECK (relation <> 'FORMER' OR NOT active)
);
CREATE UNIQUE INDEX one_owner_per_contract ON customers.contract_ref (contract_id) WHERE relation = 'OWNER';
CREATE INDEX contract_ref_by_customer ON customers.contract_ref (customer_id, contract_id);
CREATE INDEX contract_ref_by_account ON customers.contract_ref (account_id);
CREATE FUNCTION customers.count_active_contracts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' AND OLD.active THEN
    UPDATE customers.customer SET active_contracts = active_contracts - 1 WHERE id = OLD.customer_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.active THEN
    UPDATE customers.customer SET active_contracts = active_contracts + 1 WHERE id = NEW.customer_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER active_contracts_are_counted AFTER INSERT OR DELETE OR UPDATE OF active, customer_id ON customers.contract_ref
  FOR EACH ROW EXECUTE FUNCTION customers.count_active_contracts();

/* Somebody is the owner until the contract has ended; then everybody in it is a former party. The lock lets two changes at once see each other. */
CREATE FUNCTION customers.refuse_contract_without_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE contract uuid;
BEGIN
  FOREACH contract IN ARRAY ARRAY(SELECT DISTINCT id FROM unnest(ARRAY[OLD.contract_id, NEW.contract_id]) AS id WHERE id IS NOT NULL ORDER BY id) LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('customers.contract_ref ' || contract, 0));
    IF NOT coalesce((SELECT bool_or(relation = 'OWNER') OR bool_and(relation = 'FORMER' AND end_on IS NOT NULL) FROM customers.contract_ref WHERE contract_id = contract), false) THEN
      RAISE EXCEPTION 'contract % has no owner', contract USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contracts_begin_with_an_owner AFTER INSERT ON customers.contract_ref DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.relation <> 'OWNER') EXECUTE FUNCTION customers.refuse_contract_without_owner();
CREATE CONSTRAINT TRIGGER contracts_keep_an_owner AFTER DELETE OR UPDATE OF contract_id, relation, end_on ON customers.contract_ref DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION customers.refuse_contract_without_owner();

/* Price history of a contract: a row only when a component has changed. Net; unit prices keep their decimals. */
CREATE TABLE customers.customer_pricing (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  contract_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  tariff_id uuid NOT NULL,
  valid_from date NOT NULL,
  working_price_ct_per_kwh numeric NOT NULL,
  fix_fee_cents_per_month numeric NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  variable_bonus_ct_per_kwh numeric NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_cents bigint NOT NULL CHECK (fixed_bonus_cents >= 0),
  components_hash bytea NOT NULL CHECK (octet_length(components_hash) = 32),
  UNIQUE (contract_id, customer_id, valid_from),
  FOREIGN KEY (contract_id, customer_id) REFERENCES customers.contract_ref (contract_id, customer_id)
);
CREATE INDEX customer_pricing_by_customer ON customers.customer_pricing (customer_id, contract_id, valid_from);
/* Neither from the price before it, nor to the one after it; the reference is held, so that two prices at once see each other. */
CREATE FUNCTION customers.refuse_a_price_that_did_not_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM customers.contract_ref r WHERE r.contract_id = NEW.contract_id AND r.customer_id = NEW.customer_id FOR NO KEY UPDATE;
  IF (SELECT p.components_hash FROM customers.customer_pricing p WHERE p.contract_id = NEW.contract_id AND p.customer_id = NEW.customer_id AND p.valid_from < NEW.valid_from
      ORDER BY p.valid_from DESC LIMIT 1) = NEW.components_hash
    OR (SELECT p.components_hash FROM customers.customer_pricing p WHERE p.contract_id = NEW.contract_id AND p.customer_id = NEW.customer_id AND p.valid_from > NEW.valid_from
      ORDER BY p.valid_from LIMIT 1) = NEW.components_hash THEN
    RAISE EXCEPTION 'the price of contract % did not change on %', NEW.contract_id, NEW.valid_from USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_row_is_a_change BEFORE INSERT ON customers.customer_pricing FOR EACH ROW EXECUTE FUNCTION customers.refuse_a_price_that_did_not_change();
CREATE TRIGGER prices_of_the_past_never_change BEFORE UPDATE OR DELETE ON customers.customer_pricing FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

/* Price versions as published: an agent sees whether a newer one exists than the customer has. */
CREATE TABLE customers.price_version (
  campaign_id uuid PRIMARY KEY,
  tariff_id uuid NOT NULL,
  channel text NOT NULL CHECK (channel <> ''),
  valid_from date NOT NULL,
  valid_until date CHECK (valid_until > valid_from)
);
CREATE INDEX price_version_by_tariff ON customers.price_version (tariff_id, channel, valid_from);

/* The timeline. `payload` holds nothing personal; personal values are in `sealed`, under the customer's key. */
CREATE TABLE customers.customer_event (
  event_id uuid PRIMARY KEY,
  /* Of the event in the feed: the order of the timeline. */
  position bigint NOT NULL CHECK (position > 0),
  customer_id uuid NOT NULL REFERENCES customers.customer (id),
  type text NOT NULL CHECK (type IN ('PROFILE_UPDATED', 'CONTRACT_CONFIRMED', 'CONTRACT_ACTIVATED', 'SWITCH_FAILED', 'METER_INSTALLED',
    'METER_READING_INGESTED', 'METER_READING_CORRECTED', 'PRICE_CHANGED', 'INVOICE_ISSUED', 'PAYMENT_RECEIVED', 'PAYMENT_OVERDUE',
    'MESSAGE_SENT', 'MESSAGE_BOUNCED', 'MESSAGE_FAILED', 'GDPR_DELETE')),
  occurred_at timestamptz NOT NULL,
  payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
  sealed text,
  performed_by text NOT NULL CHECK (performed_by <> ''),
  correlation_id text NOT NULL
);
CREATE INDEX customer_event_by_customer ON customers.customer_event (customer_id, position DESC);
CREATE INDEX customer_event_by_type ON customers.customer_event (customer_id, type, position DESC);
CREATE TRIGGER the_timeline_is_append_only BEFORE UPDATE OR DELETE ON customers.customer_event FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER the_timeline_is_never_emptied BEFORE TRUNCATE ON customers.customer_event FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER prices_are_never_emptied BEFORE TRUNCATE ON customers.customer_pricing FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

/* What the search looks at: derived from the tables above, so it can be dropped and rebuilt. */
CREATE TABLE customers.search_document (
  customer_id uuid PRIMARY KEY REFERENCES customers.customer (id) ON DELETE CASCADE,
  name text NOT NULL,
  address text NOT NULL,
  city text NOT NULL,
  /* Names and addresses folded: small letters, ä as ae, no accents. */
  words text NOT NULL,
  /* Customer, contract, invoice and meter numbers and MaLo ids, without separators, in capitals. */
  numbers text[] NOT NULL,
  tariff_ids uuid[] NOT NULL,
  email_hash bytea, phone_hash bytea,
  billing_status text NOT NULL,
  refreshed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX search_by_words ON customers.search_document USING gin (words public.gin_trgm_ops);
CREATE INDEX search_by_number ON customers.search_document USING gin (numbers);
CREATE INDEX search_by_email ON customers.search_document (email_hash);
CREATE INDEX search_by_phone ON customers.search_document (phone_hash);

CREATE FUNCTION customers.fold(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT public.unaccent('public.unaccent'::regdictionary, replace(replace(replace(replace(lower(written), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'))
$$;
CREATE FUNCTION customers.bare_number(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT upper(regexp_replace(written, '[^[:alnum:]]', '', 'g')) $$;

/* Makes the documents of these customers anew; an erased customer has none. */
CREATE FUNCTION customers.refresh_search(ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM customers.search_document d USING customers.customer c WHERE d.customer_id = ANY (ids) AND c.id = d.customer_id AND c.deleted_at IS NOT NULL;
  INSERT INTO customers.search_document AS d (customer_id, name, address, city, words, numbers, tariff_ids, email_hash, phone_hash, billing_status)
  SELECT c.id, n.name, a.address, c.city,
         customers.fold(concat_ws(' ', n.name, a.address, (SELECT string_agg(DISTINCT concat_ws(' ', p.street, p.house_number, p.postal_code, p.city), ' ') FROM customers.premise p WHERE p.customer_id = c.id))),
         ARRAY(SELECT DISTINCT customers.bare_number(number) FROM (
           SELECT c.number UNION ALL SELECT r.contract_number FROM customers.contract_ref r WHERE r.customer_id = c.id
           UNION ALL SELECT l.malo_id FROM customers.premise_market_location l WHERE l.customer_id = c.id
           UNION ALL SELECT m.meter_number FROM customers.premise_meter m WHERE m.customer_id = c.id
           UNION ALL SELECT e.payload ->> 'invoiceNumber' FROM customers.customer_event e WHERE e.customer_id = c.id AND e.type = 'INVOICE_ISSUED') AS numbers (number) WHERE number IS NOT NULL),
         ARRAY(SELECT DISTINCT r.tariff_id FROM customers.contract_ref r WHERE r.customer_id = c.id AND r.relation <> 'FORMER'),
         c.email_hash, c.phone_hash, c.billing_status
  FROM customers.customer c,
       LATERAL (SELECT concat_ws(' ', c.company, c.first_name, c.last_name) AS name) n,
       LATERAL (SELECT concat_ws(', ', concat_ws(' ', c.street, c.house_number), concat_ws(' ', c.postal_code, c.city, c.district)) AS address) a
  WHERE c.id = ANY (ids) AND c.deleted_at IS NULL
  ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, address = excluded.address, city = excluded.city, words = excluded.words, numbers = excluded.numbers,
    tariff_ids = excluded.tariff_ids, email_hash = excluded.email_hash, phone_hash = excluded.phone_hash, billing_status = excluded.billing_status, refreshed_at = clock_timestamp();
$$;

REVOKE UPDATE, DELETE, TRUNCATE ON customers.customer_event, customers.customer_pricing FROM stromgraph_customers;
REVOKE DELETE ON customers.customer FROM stromgraph_customers;
-- Erasing a customer is this domain's to do.
GRANT EXECUTE ON FUNCTION platform.destroy_customer_key(uuid) TO stromgraph_customers;

-- A customer's session sees its own rows only.
ALTER TABLE customers.customer ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers.customer FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON customers.customer TO stromgraph_customers USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON customers.customer FOR SELECT TO stromgraph_customers_own USING (id = platform.own_customer());
DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['account', 'premise', 'premise_market_location', 'premise_meter', 'contract_ref', 'customer_pricing', 'customer_event', 'search_document'] LOOP
    EXECUTE format('ALTER TABLE customers.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE customers.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY staff ON customers.%I TO stromgraph_customers USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY own_rows ON customers.%I FOR SELECT TO stromgraph_customers_own USING (customer_id = platform.own_customer())', name);
  END LOOP;
END $$;
GRANT SELECT ON customers.customer, customers.account, customers.premise, customers.premise_market_location, customers.premise_meter, customers.contract_ref,
  customers.customer_pricing, customers.customer_event, customers.search_document, customers.price_version TO stromgraph_customers_own;
GRANT EXECUTE ON FUNCTION customers.fold(text), customers.bare_number(text) TO stromgraph_customers_own;

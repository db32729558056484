SELECT platform.equip_domain('contracts');
-- A signed contract becomes an active one by steps that are data, keeps the price as it was agreed, is applied for only with
-- valid identifiers, and leaves a trail in which a changed or missing event shows.

/* Odd positions count once, even ones twice, without a cross-sum: market locations and BDEW codes. */
CREATE FUNCTION contracts.market_check_digit(base text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ((10 - sum(substr(base, n, 1)::int * CASE WHEN n % 2 = 1 THEN 1 ELSE 2 END) % 10) % 10)::text FROM generate_series(1, length(base)) AS n
$$;
CREATE FUNCTION contracts.is_malo_id(id text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN id ~ '^[1-9]\d{10}$' THEN contracts.market_check_digit(left(id, 10)) = right(id, 1) ELSE false END
$$;
CREATE FUNCTION contracts.is_bdew_code(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN code ~ '^99\d{11}$' THEN contracts.market_check_digit(left(code, 12)) = right(code, 1) ELSE false END
$$;

-- What pricing has told, so that an import never waits for it. No keys between the copies: their events come in any order.
CREATE TABLE contracts.tariff_copy (
  tariff_id uuid PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL,
  minimum_duration_months integer NOT NULL,
  consumption_from_watt_hours bigint NOT NULL,
  consumption_until_watt_hours bigint NOT NULL,
  billing_frequency_months integer NOT NULL,
  advance_payment_mode text NOT NULL,
  number_of_advances integer NOT NULL,
  grace_days integer NOT NULL,
  end_of_contract text NOT NULL,
  fixed_bonus_cents bigint NOT NULL,
  passed_through text[] NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  rate jsonb NOT NULL
);
CREATE TABLE contracts.campaign_copy (
  campaign_id uuid PRIMARY KEY,
  tariff_id uuid NOT NULL,
  channel text NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  /* The copy is whole when so many prices have come. */
  price_count integer NOT NULL,
  prices_received integer NOT NULL DEFAULT 0
);
CREATE TABLE contracts.campaign_price_copy (
  campaign_id uuid NOT NULL,
  postal_code text NOT NULL,
  city text NOT NULL,
  district text,
  district_key text NOT NULL GENERATED ALWAYS AS (coalesce(district, '')) STORED,
  starts_on date NOT NULL,
  working_price_ct_per_kwh numeric(12, 6) NOT NULL,
  fix_fee_cents_per_month numeric(14, 6) NOT NULL,
  variable_bonus_ct_per_kwh numeric(12, 6) NOT NULL,
  fixed_bonus_cents bigint NOT NULL,
  grid_working_ct_per_kwh numeric(12, 6) NOT NULL,
  grid_fix_cents_per_month numeric(14, 6) NOT NULL,
  PRIMARY KEY (campaign_id, postal_code, city, district_key, starts_on)
);
CREATE TABLE contracts.place_copy (
  postal_code text NOT NULL,
  city text NOT NULL,
  district text,
  district_key text NOT NULL GENERATED ALWAYS AS (coalesce(district, '')) STORED,
  ags text NOT NULL,
  grid_operator_code text NOT NULL,
  grid_area_code text NOT NULL,
  PRIMARY KEY (postal_code, city, district_key)
);

-- Every import as it came, the personal part sealed under the customer's key.
CREATE TABLE contracts.import_request (
  id uuid PRIMARY KEY,
  /* Who sent it; keys of two senders do not meet. */
  sender text NOT NULL,
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  body jsonb NOT NULL,
  sealed text NOT NULL,
  received_at timestamptz NOT NULL,
  CONSTRAINT import_once UNIQUE (sender, idempotency_key)
);
CREATE TRIGGER imports_never_change BEFORE UPDATE OR DELETE ON contracts.import_request FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

-- The steps of a contract, as data: anything else is refused by the keys of those who take them. NONE is before the first.
CREATE TABLE contracts.contract_transition (
  from_state text NOT NULL,
  to_state text NOT NULL,
  cause text NOT NULL,
  PRIMARY KEY (from_state, to_state)
);
INSERT INTO contracts.contract_transition VALUES
  ('NONE', 'DRAFT', 'import or finished enrolment'),
  ('DRAFT', 'VALIDATED', 'validation passed'),
  ('DRAFT', 'REJECTED', 'validation failed for good'),
  ('VALIDATED', 'MALO_MAPPED', 'market location found'),
  ('MALO_MAPPED', 'AWAITING_APPROVAL', 'manual edit'),
  ('AWAITING_APPROVAL', 'MALO_MAPPED', 'approved by a second person'),
  ('MALO_MAPPED', 'SWITCH_REQUESTED', 'application sent'),
  ('SWITCH_REQUESTED', 'CONFIRMED', 'the market agreed'),
  ('SWITCH_REQUESTED', 'SWITCH_FAILED', 'the market refused'),
  ('SWITCH_FAILED', 'MALO_MAPPED', 'mended'),
  ('SWITCH_FAILED', 'REJECTED', 'given up'),
  ('CONFIRMED', 'ACTIVE', 'start of supply'),
  ('ACTIVE', 'SUSPENDED', 'block for non-payment'),
  ('SUSPENDED', 'ACTIVE', 'unblocked'),
  ('ACTIVE', 'REVOKED', 'revocation within 14 days'),
  ('ACTIVE', 'TERMINATED', 'end of supply'),
  ('SUSPENDED', 'TERMINATED', 'end of supply');
INSERT INTO contracts.contract_transition
  SELECT state, target, cause FROM unnest(ARRAY['DRAFT', 'VALIDATED', 'MALO_MAPPED', 'AWAITING_APPROVAL', 'SWITCH_REQUESTED', 'SWITCH_FAILED', 'CONFIRMED']) AS state,
    (VALUES ('REVOKED', 'revocation'), ('CANCELLED', 'cancelled before start')) AS step (target, cause);
REVOKE INSERT, UPDATE, DELETE ON contracts.contract_transition FROM stromgraph_contracts;

CREATE SEQUENCE contracts.contract_number_seq;
GRANT USAGE ON SEQUENCE contracts.contract_number_seq TO stromgraph_contracts;

-- A signed contract on its way, with the price as it was offered. Its terms never change; its status does, step by step.
CREATE TABLE contracts.contract_draft (
  contract_id uuid PRIMARY KEY,
  contract_number text NOT NULL UNIQUE CHECK (contract_number ~ '^V-\d{4}-\d{6,}$'),
  import_request_id uuid NOT NULL UNIQUE REFERENCES contracts.import_request (id),
  funnel_id text,
  customer_id uuid NOT NULL,
  customer_kind text NOT NULL CHECK (customer_kind IN ('INDIVIDUAL', 'BUSINESS')),
  tariff_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  channel text NOT NULL,
  tariff_name text NOT NULL,
  tariff_kind text NOT NULL CHECK (tariff_kind IN ('DYNAMIC', 'FIX12')),
  rate jsonb NOT NULL CHECK (rate ->> 'kind' IS NOT NULL),
  working_price_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_price_ct_per_kwh >= 0),
  fix_fee_cents_per_month numeric(14, 6) NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  variable_bonus_ct_per_kwh numeric(12, 6) NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_cents bigint NOT NULL CHECK (fixed_bonus_cents >= 0),
  grid_working_ct_per_kwh numeric(12, 6) NOT NULL CHECK (grid_working_ct_per_kwh >= 0),
  grid_fix_cents_per_month numeric(14, 6) NOT NULL CHECK (grid_fix_cents_per_month >= 0),
  vat_basis_points integer NOT NULL CHECK (vat_basis_points BETWEEN 0 AND 10000),
  minimum_duration_months integer NOT NULL CHECK (minimum_duration_months BETWEEN 0 AND 24),
  end_of_contract text NOT NULL CHECK (end_of_contract IN ('RENEW_MONTHLY', 'RENEW_TERM', 'END')),
  billing_interval text NOT NULL CHECK (billing_interval IN ('MONTHLY', 'QUARTERLY', 'ANNUAL')),
  advance_payment_mode text NOT NULL CHECK (advance_payment_mode IN ('ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE')),
  number_of_advances integer NOT NULL CHECK (number_of_advances BETWEEN 0 AND 12),
  grace_days integer NOT NULL CHECK (grace_days BETWEEN 0 AND 90),
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours > 0),
  /* Of the delivery; street and house number are sealed. */
  postal_code text NOT NULL CHECK (postal_code ~ '^(0[1-9]|[1-9]\d)\d{3}$'),
  city text NOT NULL,
  district text,
  /* Customer, delivery and billing address, payment data, as the events of this domain carry them. */
  sealed_parties text NOT NULL,
  /* The IBAN alone, for what must not see the rest. */
  sealed_iban text,
  payment_method text NOT NULL CHECK (payment_method IN ('SEPA', 'TRANSFER')),
  mandate_reference text CHECK (length(mandate_reference) BETWEEN 1 AND 35),
  mandate_signed_at timestamptz,
  switch_reason text NOT NULL CHECK (switch_reason IN ('SUPPLIER_CHANGE', 'MOVE_IN')),
  drafted_on date NOT NULL,
  desired_start_on date,
  expected_end_on date,
  credit_status text NOT NULL DEFAULT 'NOT_ASKED' CHECK (credit_status IN ('NOT_ASKED', 'PENDING', 'ACCEPTED', 'REFUSED', 'IN_REVIEW')),
  /* The 24-hour clock starts here. */
  signed_at timestamptz NOT NULL,
  signed_contract_url text,
  other_billing_information jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(other_billing_information) = 'object'),
  validation_faults jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(validation_faults) = 'array'),
  submission_late text CHECK (submission_late IN ('WARNING', 'ALERT')),
  status text NOT NULL,
  previous_status text NOT NULL DEFAULT 'NONE',
  status_since timestamptz NOT NULL,
  CONSTRAINT draft_takes_known_steps FOREIGN KEY (previous_status, status) REFERENCES contracts.contract_transition (from_state, to_state),
  CONSTRAINT drafts_end_when_confirmed CHECK (status NOT IN ('ACTIVE', 'SUSPENDED', 'TERMINATED')),
  CONSTRAINT mandates_are_signed CHECK ((mandate_reference IS NULL) = (mandate_signed_at IS NULL)),
  CONSTRAINT debits_have_account_and_mandate CHECK (payment_method <> 'SEPA' OR (sealed_iban IS NOT NULL AND mandate_reference IS NOT NULL)),
  CONSTRAINT no_retroactive_wish CHECK (desired_start_on >= drafted_on),
  CONSTRAINT signed_before_it_came CHECK ((signed_at AT TIME ZONE 'Europe/Berlin')::date <= drafted_on)
);
CREATE INDEX contract_draft_by_customer ON contracts.contract_draft (customer_id, contract_id DESC);
CREATE INDEX contract_draft_by_status ON contracts.contract_draft (status, contract_id DESC);

/* A step remembers where it came from; the key to contract_transition judges it. */
CREATE FUNCTION contracts.remember_draft_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.previous_status := CASE WHEN NEW.status = OLD.status THEN OLD.previous_status ELSE OLD.status END;
  IF to_jsonb(NEW) - ARRAY['status', 'previous_status', 'status_since', 'validation_faults', 'submission_late', 'credit_status', 'expected_end_on']
     <> to_jsonb(OLD) - ARRAY['status', 'previous_status', 'status_since', 'validation_faults', 'submission_late', 'credit_status', 'expected_end_on'] THEN
    RAISE EXCEPTION 'what was agreed in % never changes', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drafts_step_and_keep_their_terms BEFORE UPDATE ON contracts.contract_draft FOR EACH ROW EXECUTE FUNCTION contracts.remember_draft_step();
/* A draft begins as one: with another status it would never have taken a step. */
CREATE FUNCTION contracts.refuse_skipped_steps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a draft begins as DRAFT, not as % after %', NEW.status, NEW.previous_status USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER drafts_begin_as_drafts BEFORE INSERT ON contracts.contract_draft FOR EACH ROW WHEN (NEW.status <> 'DRAFT' OR NEW.previous_status <> 'NONE') EXECUTE FUNCTION contracts.refuse_skipped_steps();
CREATE TRIGGER drafts_are_kept BEFORE DELETE ON contracts.contract_draft FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TABLE contracts.attachment (
  id uuid PRIMARY KEY,
  contract_id uuid NOT NULL REFERENCES contracts.contract_draft (contract_id),
  kind text NOT NULL CHECK (kind IN ('PREVIOUS_BILL', 'SIGNED_CONTRACT')),
  content_type text CHECK (content_type IN ('application/pdf', 'image/jpeg', 'image/png')),
  digest_sha256 bytea,
  bytes bytea CONSTRAINT attachment_size CHECK (octet_length(bytes) BETWEEN 1 AND 10485760),
  link text CHECK (link ~ '^https?://'),
  received_at timestamptz NOT NULL,
  CONSTRAINT attachment_is_bytes_or_link CHECK ((bytes IS NULL) <> (link IS NULL)),
  CONSTRAINT attachment_bytes_are_described CHECK ((bytes IS NULL) = (content_type IS NULL) AND (bytes IS NULL) = (digest_sha256 IS NULL)),
  CONSTRAINT attachment_digest_is_true CHECK (digest_sha256 = sha256(bytes)),
  CONSTRAINT attachment_type_by_content CHECK (content_type = CASE
    WHEN substr(bytes, 1, 5) = '\x255044462d' THEN 'application/pdf' WHEN substr(bytes, 1, 3) = '\xffd8ff' THEN 'image/jpeg' WHEN substr(bytes, 1, 8) = '\x89504e470d0a1a0a' THEN 'image/png' ELSE '' END)
);
CREATE INDEX attachment_by_contract ON contracts.attachment (contract_id);
CREATE TRIGGER attachments_never_change BEFORE UPDATE ON contracts.attachment FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

-- What is known of the market location while it is being found; an edit is a new version, approved by a second person.
CREATE TABLE contracts.malo_draft (
  contract_id uuid NOT NULL REFERENCES contracts.contract_draft (contract_id),
  version integer NOT NULL CHECK (version >= 1),
  previous_version integer,
  customer_id uuid NOT NULL,
  /* As somebody wrote it; valid ones only leave for the market. */
  malo_id text CHECK (length(malo_id) BETWEEN 1 AND 50),
  grid_operator_code text CHECK (length(grid_operator_code) BETWEEN 1 AND 50),
  metering_operator_code text CHECK (length(metering_operator_code) BETWEEN 1 AND 50),
  own_metering_operator boolean NOT NULL DEFAULT false,
  meter_number text CHECK (length(meter_number) BETWEEN 1 AND 60),
  previous_provider_code text CHECK (length(previous_provider_code) BETWEEN 1 AND 50),
  previous_annual_watt_hours bigint CHECK (previous_annual_watt_hours >= 0),
  possible_change_on date,
  credit_accepted boolean,
  status text NOT NULL CHECK (status IN ('DRAFT', 'EDITED', 'APPROVED')),
  edited_by text NOT NULL,
  edited_at timestamptz NOT NULL,
  approved_by text,
  approved_at timestamptz,
  PRIMARY KEY (contract_id, version),
  CONSTRAINT versions_follow_each_other FOREIGN KEY (contract_id, previous_version) REFERENCES contracts.malo_draft (contract_id, version),
  CONSTRAINT versions_have_no_gaps CHECK (previous_version IS NOT DISTINCT FROM nullif(version - 1, 0)),
  CONSTRAINT first_version_is_the_draft CHECK ((version = 1) = (status = 'DRAFT')),
  CONSTRAINT approval_is_signed CHECK ((status = 'APPROVED') = (approved_by IS NOT NULL) AND (approved_by IS NULL) = (approved_at IS NULL)),
  CONSTRAINT approver_is_not_the_editor CHECK (approved_by <> edited_by)
);
CREATE FUNCTION contracts.refuse_change_of_malo_draft() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = 'EDITED' AND NEW.status = 'APPROVED'
     AND to_jsonb(NEW) - ARRAY['status', 'approved_by', 'approved_at'] = to_jsonb(OLD) - ARRAY['status', 'approved_by', 'approved_at'] THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'version % of a market location draft never changes: an edit is a new version', OLD.version USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
/* Four eyes: nobody writes a version that is approved already. */
CREATE FUNCTION contracts.refuse_approval_at_birth() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'version % of a market location draft begins unapproved', NEW.version USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER versions_begin_unapproved BEFORE INSERT ON contracts.malo_draft FOR EACH ROW WHEN (NEW.status = 'APPROVED') EXECUTE FUNCTION contracts.refuse_approval_at_birth();
CREATE TRIGGER malo_draft_versions_never_change BEFORE UPDATE OR DELETE ON contracts.malo_draft FOR EACH ROW EXECUTE FUNCTION contracts.refuse_change_of_malo_draft();

-- One application to the market, and its answer. None leaves without valid identifiers, none for the past.
CREATE TABLE contracts.switch_application (
  process_id uuid PRIMARY KEY,
  contract_id uuid NOT NULL,
  malo_draft_version integer NOT NULL,
  malo_id text NOT NULL CONSTRAINT applied_malo_id_is_valid CHECK (contracts.is_malo_id(malo_id)),
  grid_operator_code text NOT NULL CONSTRAINT applied_operator_is_valid CHECK (contracts.is_bdew_code(grid_operator_code)),
  meter_number text NOT NULL CONSTRAINT applied_meter_is_named CHECK (meter_number ~ '^[\x21-\x7e]+( [\x21-\x7e]+)*$' AND length(meter_number) <= 35),
  start_on date NOT NULL,
  requested_at timestamptz NOT NULL,
  /* When the network operator must have answered. */
  answer_due_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('REQUESTED', 'CONFIRMED', 'REJECTED')),
  answered_at timestamptz,
  code_list text,
  code text,
  reason text,
  CONSTRAINT applied_with_a_version FOREIGN KEY (contract_id, malo_draft_version) REFERENCES contracts.malo_draft (contract_id, version),
  CONSTRAINT no_retroactive_application CHECK (start_on > (requested_at AT TIME ZONE 'Europe/Berlin')::date),
  CONSTRAINT answers_have_a_time CHECK ((status = 'REQUESTED') = (answered_at IS NULL)),
  CONSTRAINT refusals_have_a_code CHECK ((status = 'REJECTED') = (code_list IS NOT NULL AND code IS NOT NULL AND reason IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_application_per_contract ON contracts.switch_application (contract_id) WHERE status = 'REQUESTED';
CREATE UNIQUE INDEX one_open_application_per_market_location ON contracts.switch_application (malo_id) WHERE status = 'REQUESTED';
CREATE INDEX switch_application_by_contract ON contracts.switch_application (contract_id, requested_at DESC);
CREATE FUNCTION contracts.refuse_change_of_application() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = 'REQUESTED' AND to_jsonb(NEW) - ARRAY['status', 'answered_at', 'code_list', 'code', 'reason'] = to_jsonb(OLD) - ARRAY['status', 'answered_at', 'code_list', 'code', 'reason'] THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'application % left for the market and changes by its one answer only', OLD.process_id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
/*
 * What leaves is the newest version, approved if somebody edited it, with its identifiers (compared by their digits: a version keeps them as they
 * were written). The drafts are held, so that no edit comes meanwhile. Never a scan of a whole table: a plan made when it was small is kept.
 */
CREATE FUNCTION contracts.refuse_application_of_one_pair_of_eyes() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
BEGIN
  PERFORM FROM contracts.contract_draft WHERE contract_id = ANY (ARRAY(SELECT contract_id FROM fresh)) ORDER BY contract_id FOR UPDATE;
  SELECT f.contract_id, f.malo_draft_version INTO refused FROM fresh f WHERE NOT (
    SELECT m.version = f.malo_draft_version AND m.status <> 'EDITED'
      AND (regexp_replace(m.malo_id, '\D', '', 'g'), regexp_replace(m.grid_operator_code, '\D', '', 'g')) IS NOT DISTINCT FROM (f.malo_id, f.grid_operator_code)
    FROM contracts.malo_draft m WHERE m.contract_id = f.contract_id ORDER BY m.version DESC LIMIT 1) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'version % of contract % is not the newest one, waits for approval, or says something else', refused.malo_draft_version, refused.contract_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER what_is_applied_for_was_approved AFTER INSERT ON contracts.switch_application REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION contracts.refuse_application_of_one_pair_of_eyes();
CREATE TRIGGER applications_change_by_their_answer BEFORE UPDATE OR DELETE ON contracts.switch_application FOR EACH ROW EXECUTE FUNCTION contracts.refuse_change_of_application();

CREATE TABLE contracts.market_location (
  id uuid PRIMARY KEY,
  malo_id text NOT NULL UNIQUE CONSTRAINT malo_id_is_valid CHECK (contracts.is_malo_id(malo_id)),
  postal_code text NOT NULL CHECK (postal_code ~ '^(0[1-9]|[1-9]\d)\d{3}$'),
  city text NOT NULL,
  district text,
  ags text CHECK (ags ~ '^\d{8}$'),
  grid_area_id uuid NOT NULL,
  grid_area_code text NOT NULL CHECK (grid_area_code ~ '^\d\dY[A-Z0-9-]{12}[A-Z0-9]$'),
  grid_operator_code text NOT NULL CONSTRAINT grid_operator_is_valid CHECK (contracts.is_bdew_code(grid_operator_code)),
  metering_operator_code text CONSTRAINT metering_operator_is_valid CHECK (contracts.is_bdew_code(metering_operator_code)),
  profile text NOT NULL CHECK (length(profile) BETWEEN 1 AND 20),
  voltage text NOT NULL CHECK (voltage IN ('LOW', 'MEDIUM', 'HIGH')),
  metering_kind text NOT NULL CHECK (metering_kind IN ('PROFILE', 'INTERVAL'))
);

CREATE TABLE contracts.contract (
  id uuid PRIMARY KEY REFERENCES contracts.contract_draft (contract_id),
  contract_number text NOT NULL UNIQUE,
  /* Every contract has an owner. */
  customer_id uuid NOT NULL,
  tariff_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  market_location_id uuid NOT NULL REFERENCES contracts.market_location (id),
  working_price_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_price_ct_per_kwh >= 0),
  fix_fee_cents_per_month numeric(14, 6) NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours > 0),
  start_on date NOT NULL,
  /* Exclusive. */
  end_on date,
  billing_interval text NOT NULL CHECK (billing_interval IN ('MONTHLY', 'QUARTERLY', 'ANNUAL')),
  state text NOT NULL CHECK (state IN ('CONFIRMED', 'ACTIVE', 'SUSPENDED', 'TERMINATED', 'REVOKED', 'CANCELLED')),
  previous_state text NOT NULL DEFAULT 'SWITCH_REQUESTED',
  cancellation_status text NOT NULL DEFAULT 'NONE' CHECK (cancellation_status IN ('NONE', 'REQUESTED', 'CONFIRMED')),
  termination_reason text CHECK (termination_reason IN ('CANCELLATION', 'MOVE_OUT', 'SUPPLIER_CHANGE', 'BREACH')),
  confirmed_at timestamptz NOT NULL,
  CONSTRAINT contract_takes_known_steps FOREIGN KEY (previous_state, state) REFERENCES contracts.contract_transition (from_state, to_state),
  CONSTRAINT contracts_end_after_they_start CHECK (end_on > start_on),
  CONSTRAINT ends_have_a_reason CHECK ((state = 'TERMINATED') = (termination_reason IS NOT NULL)),
  CONSTRAINT ends_have_a_day CHECK (state <> 'TERMINATED' OR end_on IS NOT NULL)
);
CREATE INDEX contract_by_customer ON contracts.contract (customer_id, id DESC);
CREATE INDEX contract_by_state ON contracts.contract (state, id DESC);
CREATE INDEX contract_by_market_location ON contracts.contract (market_location_id);
/* A step remembers where it came from; the key to contract_transition judges it. */
CREATE FUNCTION contracts.remember_contract_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.previous_state := CASE WHEN NEW.state = OLD.state THEN OLD.previous_state ELSE OLD.state END;
  RETURN NEW;
END $$;
CREATE TRIGGER contracts_step BEFORE UPDATE ON contracts.contract FOR EACH ROW EXECUTE FUNCTION contracts.remember_contract_step();
/* A later price is a row of contract_price. What moves here: the state, where a cancellation stands, the end and its reason. */
CREATE FUNCTION contracts.refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving CONSTANT text[] := ARRAY['state', 'previous_state', 'cancellation_status', 'termination_reason', 'end_on'];
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
    RAISE EXCEPTION 'what was agreed in % never changes', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER contracts_keep_their_terms BEFORE UPDATE ON contracts.contract FOR EACH ROW EXECUTE FUNCTION contracts.refuse_other_terms();
/* A cancellation gives a contract without an end its day; after that the end of supply alone may bring another. */
CREATE FUNCTION contracts.refuse_another_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'the end of contract % is set once, by a cancellation or by the end of supply', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER contracts_end_once BEFORE UPDATE ON contracts.contract FOR EACH ROW
  WHEN (NEW.end_on IS DISTINCT FROM OLD.end_on AND NOT (NEW.end_on IS NOT NULL AND (
    (OLD.state <> 'TERMINATED' AND NEW.state = 'TERMINATED')
    OR (OLD.end_on IS NULL AND NEW.cancellation_status <> 'NONE' AND NEW.state IN ('CONFIRMED', 'ACTIVE', 'SUSPENDED')))))
  EXECUTE FUNCTION contracts.refuse_another_end();
CREATE FUNCTION contracts.refuse_change_of_ended_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'contract % is % and stays as it is', OLD.contract_number, OLD.state USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER ended_contracts_stay_as_they_are BEFORE UPDATE ON contracts.contract FOR EACH ROW
  WHEN (OLD.state IN ('TERMINATED', 'REVOKED', 'CANCELLED') AND NEW.state = OLD.state AND NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION contracts.refuse_change_of_ended_contract();
/* The day of the start does not count. */
CREATE FUNCTION contracts.refuse_late_revocation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (platform.business_now() AT TIME ZONE 'Europe/Berlin')::date > OLD.start_on + 14 THEN
    RAISE EXCEPTION 'contract % started on % and can be revoked for 14 days only', OLD.contract_number, OLD.start_on USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER revocation_within_14_days BEFORE UPDATE ON contracts.contract FOR EACH ROW
  WHEN (OLD.state = 'ACTIVE' AND NEW.state = 'REVOKED') EXECUTE FUNCTION contracts.refuse_late_revocation();
CREATE FUNCTION contracts.refuse_birth_of_a_later_state() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a contract begins as CONFIRMED, not as %', NEW.state USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER contracts_begin_confirmed BEFORE INSERT ON contracts.contract FOR EACH ROW WHEN (NEW.state <> 'CONFIRMED') EXECUTE FUNCTION contracts.refuse_birth_of_a_later_state();
/* Begun is what supplies or has supplied, and what by its start day ought to. */
CREATE FUNCTION contracts.refuse_deletion_of_begun_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.state IN ('ACTIVE', 'SUSPENDED', 'TERMINATED', 'REVOKED') OR OLD.start_on <= (platform.business_now() AT TIME ZONE 'Europe/Berlin')::date THEN
    RAISE EXCEPTION 'contract % has begun and is never deleted', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER begun_contracts_are_never_deleted BEFORE DELETE ON contracts.contract FOR EACH ROW EXECUTE FUNCTION contracts.refuse_deletion_of_begun_contract();
CREATE TRIGGER contracts_are_kept BEFORE TRUNCATE ON contracts.contract FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- The price history as agreed. A later price is a new row.
CREATE TABLE contracts.contract_price (
  contract_id uuid NOT NULL REFERENCES contracts.contract (id),
  valid_from date NOT NULL,
  campaign_id uuid NOT NULL,
  tariff_id uuid NOT NULL,
  tariff_name text NOT NULL,
  tariff_kind text NOT NULL CHECK (tariff_kind IN ('DYNAMIC', 'FIX12')),
  rate jsonb NOT NULL CHECK (rate ->> 'kind' IS NOT NULL),
  working_price_ct_per_kwh numeric(12, 6) NOT NULL CHECK (working_price_ct_per_kwh >= 0),
  fix_fee_cents_per_month numeric(14, 6) NOT NULL CHECK (fix_fee_cents_per_month >= 0),
  variable_bonus_ct_per_kwh numeric(12, 6) NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_cents bigint NOT NULL CHECK (fixed_bonus_cents >= 0),
  grid_working_ct_per_kwh numeric(12, 6) NOT NULL CHECK (grid_working_ct_per_kwh >= 0),
  grid_fix_cents_per_month numeric(14, 6) NOT NULL CHECK (grid_fix_cents_per_month >= 0),
  vat_basis_points integer NOT NULL CHECK (vat_basis_points BETWEEN 0 AND 10000),
  cause text NOT NULL CHECK (cause IN ('CONFIRMATION', 'PRICE_CHANGE', 'PRODUCT_CHANGE', 'RELOCATION')),
  agreed_at timestamptz NOT NULL,
  PRIMARY KEY (contract_id, valid_from)
);
CREATE TRIGGER agreed_prices_never_change BEFORE UPDATE OR DELETE ON contracts.contract_price FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER agreed_prices_are_kept BEFORE TRUNCATE ON contracts.contract_price FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE ON contracts.contract_price FROM stromgraph_contracts;

-- The definitive record of a market location under a contract. One supply per market location at a time.
CREATE TABLE contracts.customer_malo (
  id uuid PRIMARY KEY,
  contract_id uuid NOT NULL REFERENCES contracts.contract (id),
  customer_id uuid NOT NULL,
  market_location_id uuid NOT NULL REFERENCES contracts.market_location (id),
  grid_operator_code text NOT NULL CONSTRAINT supply_operator_is_valid CHECK (contracts.is_bdew_code(grid_operator_code)),
  metering_operator_code text CONSTRAINT supply_metering_operator_is_valid CHECK (contracts.is_bdew_code(metering_operator_code)),
  own_metering_operator boolean NOT NULL,
  meter_number text NOT NULL CHECK (length(meter_number) BETWEEN 1 AND 35),
  previous_provider_code text,
  previous_annual_watt_hours bigint CHECK (previous_annual_watt_hours >= 0),
  possible_change_on date,
  credit_accepted boolean,
  change_status text NOT NULL CHECK (change_status IN ('CONFIRMED', 'SUPPLYING', 'ENDED', 'CANCELLED')),
  valid_from date NOT NULL,
  /* Exclusive. */
  valid_until date,
  CONSTRAINT supply_ends_after_it_starts CHECK (valid_until > valid_from),
  CONSTRAINT one_supply_per_market_location EXCLUDE USING gist (market_location_id WITH =, daterange(valid_from, valid_until) WITH &&) WHERE (change_status <> 'CANCELLED'),
  CONSTRAINT one_market_location_per_contract EXCLUDE USING gist (contract_id WITH =, daterange(valid_from, valid_until) WITH &&) WHERE (change_status <> 'CANCELLED')
);
CREATE INDEX customer_malo_by_contract ON contracts.customer_malo (contract_id);
/* Another meter or market location is another row; this one only ends. */
CREATE FUNCTION contracts.refuse_another_supply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving CONSTANT text[] := ARRAY['change_status', 'valid_until'];
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving OR (OLD.change_status IN ('ENDED', 'CANCELLED') AND NEW IS DISTINCT FROM OLD) THEN
    RAISE EXCEPTION 'supply % keeps what was agreed: it begins and ends, once', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER supplies_only_begin_and_end BEFORE UPDATE ON contracts.customer_malo FOR EACH ROW EXECUTE FUNCTION contracts.refuse_another_supply();

-- The trail: append-only, each event's hash over its sealed form and its predecessor's hash; the head tells a cut end.
CREATE TABLE contracts.contract_event (
  contract_id uuid NOT NULL REFERENCES contracts.contract_draft (contract_id),
  sequence bigint NOT NULL CHECK (sequence >= 1),
  type text NOT NULL CHECK (type IN ('IMPORTED', 'VALIDATION_PASSED', 'VALIDATION_FAILED', 'MALO_MAPPED', 'CONFIRMED', 'MANUAL_EDIT', 'APPROVED', 'SWITCH_REQUESTED', 'ACTIVATED', 'SWITCH_FAILED', 'PRICE_CHANGED',
    'CANCELLATION_REQUESTED', 'CANCELLED', 'SUSPENDED', 'RESUMED', 'MOVED_OUT', 'TERMINATED', 'REVOKED', 'SUBMISSION_LATE')),
  /* Null when the customer's key was destroyed before. */
  sealed text,
  actor text NOT NULL CHECK (length(actor) > 0),
  correlation_id text NOT NULL,
  at timestamptz NOT NULL,
  previous_hash bytea NOT NULL CHECK (octet_length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (contract_id, sequence)
);
CREATE TABLE contracts.contract_trail (
  contract_id uuid PRIMARY KEY REFERENCES contracts.contract_draft (contract_id),
  sequence bigint NOT NULL CHECK (sequence >= 1),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE FUNCTION contracts.event_hash(e contracts.contract_event) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(e.previous_hash || convert_to(jsonb_build_array(e.contract_id, e.sequence, e.type, e.sealed, e.actor, e.correlation_id, extract(epoch FROM e.at))::text, 'UTF8'))
$$;
/* Places, links and hashes are drawn here, under the lock of the head, so that no writer can choose them. */
CREATE FUNCTION contracts.chain_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = contracts, pg_temp AS $$
DECLARE head contracts.contract_trail;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('contracts.contract_trail ' || NEW.contract_id, 0)); -- the first event of a trail finds no head to lock
  SELECT * INTO head FROM contracts.contract_trail WHERE contract_id = NEW.contract_id FOR UPDATE;
  NEW.sequence := coalesce(head.sequence, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  NEW.hash := contracts.event_hash(NEW);
  INSERT INTO contracts.contract_trail VALUES (NEW.contract_id, NEW.sequence, NEW.hash)
    ON CONFLICT (contract_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash;
  RETURN NEW;
END $$;
CREATE TRIGGER events_are_chained BEFORE INSERT ON contracts.contract_event FOR EACH ROW EXECUTE FUNCTION contracts.chain_event();
CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON contracts.contract_event FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER events_are_kept BEFORE TRUNCATE ON contracts.contract_event FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE ON contracts.contract_event FROM stromgraph_contracts;
REVOKE INSERT, UPDATE, DELETE ON contracts.contract_trail FROM stromgraph_contracts;

/* What is wrong with the trails, of one contract or of all: no row means that nothing was changed, cut out or cut off. */
CREATE FUNCTION contracts.trail_faults(contract uuid DEFAULT NULL) RETURNS TABLE (contract_id uuid, sequence bigint, fault text) LANGUAGE sql STABLE AS $$
  WITH event AS (
    SELECT e.*, contracts.event_hash(e) AS true_hash, lag(e.hash) OVER trail AS hash_before, coalesce(lag(e.sequence) OVER trail, 0) AS sequence_before
    FROM contracts.contract_event e WHERE contract IS NULL OR e.contract_id = contract WINDOW trail AS (PARTITION BY e.contract_id ORDER BY e.sequence)
  )
  SELECT contract_id, sequence, 'CHANGED' FROM event WHERE hash <> true_hash
  UNION ALL
  SELECT contract_id, sequence, 'PREDECESSOR_MISSING' FROM event
  WHERE sequence <> sequence_before + 1 OR previous_hash <> coalesce(hash_before, decode(repeat('00', 32), 'hex'))
  UNION ALL
  SELECT d.contract_id, t.sequence, 'CUT_OFF'
  FROM contracts.contract_draft d LEFT JOIN contracts.contract_trail t USING (contract_id)
  LEFT JOIN LATERAL (SELECT e.sequence, e.hash FROM contracts.contract_event e WHERE e.contract_id = d.contract_id ORDER BY e.sequence DESC LIMIT 1) last ON true
  WHERE (contract IS NULL OR d.contract_id = contract) AND (last.sequence, last.hash) IS DISTINCT FROM (t.sequence, t.hash) OR ((contract IS NULL OR d.contract_id = contract) AND t.sequence IS NULL)
$$;

-- A customer's session sees the own rows only; imports, drafts of market locations and the trail are for staff.
ALTER TABLE contracts.contract_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts.contract_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON contracts.contract_draft TO stromgraph_contracts USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contracts.contract_draft FOR SELECT TO stromgraph_contracts_own USING (customer_id = platform.own_customer());
ALTER TABLE contracts.contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts.contract FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON contracts.contract TO stromgraph_contracts USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contracts.contract FOR SELECT TO stromgraph_contracts_own USING (customer_id = platform.own_customer());
ALTER TABLE contracts.customer_malo ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts.customer_malo FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON contracts.customer_malo TO stromgraph_contracts USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contracts.customer_malo FOR SELECT TO stromgraph_contracts_own USING (customer_id = platform.own_customer());
ALTER TABLE contracts.contract_price ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts.contract_price FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON contracts.contract_price TO stromgraph_contracts USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contracts.contract_price FOR SELECT TO stromgraph_contracts_own USING (EXISTS (SELECT FROM contracts.contract c WHERE c.id = contract_id));
ALTER TABLE contracts.market_location ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts.market_location FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON contracts.market_location TO stromgraph_contracts USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON contracts.market_location FOR SELECT TO stromgraph_contracts_own USING (EXISTS (SELECT FROM contracts.customer_malo m WHERE m.market_location_id = market_location.id));
GRANT SELECT ON contracts.contract_draft, contracts.contract, contracts.customer_malo, contracts.contract_price, contracts.market_location TO stromgraph_contracts_own;

SELECT platform.equip_domain('billing');
-- Billing's promises, kept by the database: a contract and day is billed once, an issued document never changes,
-- numbers have no gaps, lines add up to their header, and every document balances in the ledger.

-- The contract as sold: billing's own copy, so that a run never waits for contracts.
CREATE TABLE billing.contract_cache (
  contract_id uuid PRIMARY KEY,
  contract_number text NOT NULL UNIQUE,
  customer_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  tariff_id uuid NOT NULL,
  tariff_name text NOT NULL,
  malo_id text NOT NULL,
  profile text NOT NULL,
  metering_kind text NOT NULL CHECK (metering_kind IN ('PROFILE', 'INTERVAL')),
  start_on date NOT NULL,
  end_on date CHECK (end_on > start_on),
  activated boolean NOT NULL DEFAULT false,
  billing_interval text NOT NULL CHECK (billing_interval IN ('MONTHLY', 'QUARTERLY', 'ANNUAL')),
  payment_method text NOT NULL CHECK (payment_method IN ('SEPA', 'TRANSFER')),
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours >= 0),
  advance_mode text NOT NULL CHECK (advance_mode IN ('ABSCHLAG_MONTHLY', 'ABSCHLAG_QUARTERLY', 'ABSCHLAG_YEARLY', 'NONE')),
  advance_number integer NOT NULL CHECK (advance_number BETWEEN 0 AND 12),
  grace_days integer NOT NULL CHECK (grace_days BETWEEN 0 AND 90),
  vat_basis_points integer NOT NULL CHECK (vat_basis_points IN (0, 700, 1900)),
  UNIQUE (contract_id, customer_id)
);
CREATE INDEX contract_cache_by_customer ON billing.contract_cache (customer_id);

-- What was agreed from which day; a row is never changed, a new price is a new row.
CREATE TABLE billing.contract_price (
  contract_id uuid NOT NULL REFERENCES billing.contract_cache,
  valid_from date NOT NULL,
  campaign_id uuid NOT NULL,
  rate jsonb NOT NULL CHECK (rate ->> 'kind' IN ('FLAT', 'TIME_OF_USE', 'BLOCK', 'SPOT')),
  working_price_ct_per_kwh numeric NOT NULL,
  fix_fee_eur_per_month numeric NOT NULL CHECK (fix_fee_eur_per_month >= 0),
  variable_bonus_ct_per_kwh numeric NOT NULL CHECK (variable_bonus_ct_per_kwh >= 0),
  fixed_bonus_eur numeric NOT NULL CHECK (fixed_bonus_eur >= 0),
  grid_working_ct_per_kwh numeric NOT NULL,
  grid_fix_eur_per_month numeric NOT NULL,
  PRIMARY KEY (contract_id, valid_from)
);
CREATE TRIGGER agreed_prices_never_change BEFORE UPDATE OR DELETE ON billing.contract_price FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER agreed_prices_stay BEFORE TRUNCATE ON billing.contract_price FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Who gets the bill, sealed under the customer's key.
CREATE TABLE billing.recipient (
  customer_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('INDIVIDUAL', 'BUSINESS')),
  sealed text,
  updated_at timestamptz NOT NULL
);
CREATE TABLE billing.mandate (
  contract_id uuid PRIMARY KEY REFERENCES billing.contract_cache,
  customer_id uuid NOT NULL,
  reference text NOT NULL UNIQUE CHECK (length(reference) BETWEEN 1 AND 35),
  signed_at timestamptz NOT NULL,
  sequence_state text NOT NULL DEFAULT 'FRST' CHECK (sequence_state IN ('FRST', 'RCUR', 'FNAL', 'OOFF')),
  sealed_iban text,
  last_collected_on date
);

-- Energy by contract, Berlin day and tariff window, folded as readings arrive, so that a run reads days and not quarter hours.
CREATE TABLE billing.usage (
  contract_id uuid NOT NULL,
  day date NOT NULL,
  tariff_window text NOT NULL DEFAULT 'ALL',
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  -- Whether every quarter hour of the day has a value that may be billed (true or substitute).
  complete boolean NOT NULL,
  reading_version integer NOT NULL CHECK (reading_version > 0),
  PRIMARY KEY (contract_id, day, tariff_window)
);

CREATE TABLE billing.billing_run (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('MONTHLY', 'QUARTERLY', 'YEARLY', 'MOVE_OUT', 'RE_RATING')),
  from_on date NOT NULL,
  until_on date NOT NULL CHECK (until_on > from_on),
  dry_run boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'COMPLETED_WITH_FAILURES')),
  total integer NOT NULL CHECK (total >= 0),
  done integer NOT NULL DEFAULT 0,
  invoices_created integer NOT NULL DEFAULT 0 CHECK (invoices_created >= 0),
  failed integer NOT NULL DEFAULT 0 CHECK (failed >= 0),
  gross_cents bigint NOT NULL DEFAULT 0,
  started_by text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CHECK (done BETWEEN 0 AND total),
  CHECK (invoices_created + failed <= done OR dry_run),
  CHECK ((status = 'RUNNING') = (finished_at IS NULL)),
  CHECK (status = 'RUNNING' OR done = total),
  CHECK ((status = 'COMPLETED_WITH_FAILURES') = (failed > 0 AND status <> 'RUNNING'))
);
-- The same kind of run over the same days goes on once at a time.
CREATE UNIQUE INDEX one_run_at_a_time ON billing.billing_run (kind, from_on, until_on) WHERE status = 'RUNNING' AND NOT dry_run;

-- What one run has to do: a row per contract, settled once.
CREATE TABLE billing.billing_run_contract (
  run_id uuid NOT NULL REFERENCES billing.billing_run,
  contract_id uuid NOT NULL,
  chunk integer NOT NULL CHECK (chunk >= 0),
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'BILLED', 'FAILED')),
  reason text,
  detail text,
  invoice_id uuid,
  gross_cents bigint,
  PRIMARY KEY (run_id, contract_id),
  CHECK ((status = 'FAILED') = (reason IS NOT NULL)),
  CHECK ((status = 'BILLED') = (gross_cents IS NOT NULL)),
  CHECK (invoice_id IS NULL OR status = 'BILLED')
);
CREATE INDEX billing_run_contract_by_chunk ON billing.billing_run_contract (run_id, chunk, status);

CREATE TABLE billing.number_series (
  series text NOT NULL CHECK (series IN ('INVOICE', 'ADVANCE', 'CREDIT')),
  year integer NOT NULL CHECK (year BETWEEN 2000 AND 2999),
  last bigint NOT NULL DEFAULT 0 CHECK (last >= 0),
  PRIMARY KEY (series, year)
);
-- A number is given once and never taken back.
CREATE FUNCTION billing.refuse_returned_numbers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'series % of % stands at % and only goes on', OLD.series, OLD.year, OLD.last USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER numbers_only_rise BEFORE UPDATE ON billing.number_series FOR EACH ROW
  WHEN (NEW.last <= OLD.last OR NEW.series <> OLD.series OR NEW.year <> OLD.year) EXECUTE FUNCTION billing.refuse_returned_numbers();
CREATE TRIGGER series_stay BEFORE DELETE ON billing.number_series FOR EACH ROW EXECUTE FUNCTION billing.refuse_returned_numbers();
CREATE TRIGGER series_are_never_emptied BEFORE TRUNCATE ON billing.number_series FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TABLE billing.invoice (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  contract_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  tariff_id uuid NOT NULL,
  -- The campaign whose prices were billed; a later campaign never changes it.
  price_version uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('FINAL', 'ADVANCE', 'CREDIT')),
  state text NOT NULL CHECK (state IN ('DRAFT', 'ISSUED', 'CANCELLED')),
  series text GENERATED ALWAYS AS (CASE type WHEN 'FINAL' THEN 'INVOICE' ELSE type END) STORED,
  number_year integer,
  number_in_year bigint CHECK (number_in_year > 0),
  invoice_number text,
  issued_on date,
  due_on date CONSTRAINT due_after_issue CHECK (due_on >= issued_on),
  period daterange NOT NULL CHECK (NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  net_cents bigint NOT NULL,
  vat_cents bigint NOT NULL,
  gross_cents bigint NOT NULL CONSTRAINT gross_is_net_and_vat CHECK (gross_cents = net_cents + vat_cents),
  currency text NOT NULL DEFAULT 'EUR' CHECK (currency = 'EUR'),
  -- The recipient as printed, sealed.
  sealed_recipient text,
  run_id uuid REFERENCES billing.billing_run,
  created_at timestamptz NOT NULL,
  -- The transaction that wrote it: its lines can be of no other.
  written_by bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  FOREIGN KEY (contract_id, customer_id) REFERENCES billing.contract_cache (contract_id, customer_id),
  UNIQUE (id, written_by),
  UNIQUE (series, number_year, number_in_year),
  CONSTRAINT numbers_are_written_from_their_series CHECK (invoice_number = CASE series WHEN 'INVOICE' THEN 'RE' WHEN 'ADVANCE' THEN 'AB' ELSE 'GU' END
    || '-' || number_year || '-' || lpad(number_in_year::text, greatest(7, length(number_in_year::text)), '0')),
  CONSTRAINT drafts_alone_have_no_number CHECK ((state = 'DRAFT') = (invoice_number IS NULL)),
  CHECK ((invoice_number IS NULL) = (number_in_year IS NULL)),
  CHECK ((invoice_number IS NULL) = (number_year IS NULL)),
  CHECK ((invoice_number IS NULL) = (issued_on IS NULL)),
  CHECK ((invoice_number IS NULL) = (due_on IS NULL)),
  CONSTRAINT a_number_is_of_its_year CHECK (number_year IS NULL OR number_year = extract(year FROM issued_on)),
  -- A contract and day is billed once, however often a run is started, in parallel, or killed.
  CONSTRAINT a_day_is_billed_once EXCLUDE USING gist (contract_id WITH =, period WITH &&) WHERE (type = 'FINAL' AND state <> 'CANCELLED')
);
CREATE INDEX invoice_by_customer ON billing.invoice (customer_id, issued_on DESC, id DESC);
CREATE INDEX invoice_by_contract ON billing.invoice (contract_id, issued_on DESC, id DESC);
CREATE INDEX invoice_by_run ON billing.invoice (run_id);

CREATE TABLE billing.invoice_line_item (
  invoice_id uuid NOT NULL,
  position integer NOT NULL CHECK (position > 0),
  charge_type text NOT NULL CHECK (charge_type IN ('ENERGY', 'GRID', 'METERING', 'CONCESSION', 'LEVY', 'TAX', 'FIXED_FEE', 'BONUS', 'ADVANCE_CREDIT', 'DUNNING_FEE', 'ADJUSTMENT')),
  description text NOT NULL,
  quantity_watt_hours bigint,
  quantity_days integer,
  unit_price numeric,
  net_cents bigint NOT NULL,
  vat_basis_points integer NOT NULL CHECK (vat_basis_points IN (0, 700, 1900)),
  vat_cents bigint NOT NULL,
  from_on date NOT NULL,
  until_on date NOT NULL CHECK (until_on > from_on),
  -- +1: a charge on an invoice; −1: the mirror of a charge on a credit.
  direction smallint NOT NULL DEFAULT 1 CHECK (direction IN (1, -1)),
  written_by bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  PRIMARY KEY (invoice_id, position),
  -- Lines and header are of one transaction: nobody slips a line in while another writes the header.
  CONSTRAINT lines_come_with_their_invoice FOREIGN KEY (invoice_id, written_by) REFERENCES billing.invoice (id, written_by) DEFERRABLE INITIALLY DEFERRED,
  -- The sign rule of each charge type: bonuses and credited advances lower a bill, charges raise it, adjustments go both ways; energy follows its price.
  CONSTRAINT charges_have_their_sign CHECK (
    CASE WHEN charge_type IN ('BONUS', 'ADVANCE_CREDIT') THEN direction * net_cents <= 0
         WHEN charge_type IN ('ADJUSTMENT', 'ENERGY') THEN true
         ELSE direction * net_cents >= 0 END)
);

CREATE FUNCTION billing.check_invoice_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong uuid; BEGIN
  IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM inserted WHERE written_by <> pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'an invoice is of the transaction that writes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'writers_are_named_by_the_database';
  END IF;
  SELECT i.id INTO wrong FROM inserted i
  LEFT JOIN LATERAL (SELECT count(*) AS lines, sum(l.net_cents) AS net, sum(l.vat_cents) AS vat FROM billing.invoice_line_item l WHERE l.invoice_id = i.id) s ON true
  WHERE s.lines = 0 OR s.net <> i.net_cents OR s.vat <> i.vat_cents LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the lines of invoice % do not add up to it', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'lines_add_up_to_the_invoice'; END IF;
  -- VAT is worked out once per rate on the net sum of the document, half away from zero.
  SELECT i.id INTO wrong FROM inserted i
  JOIN LATERAL (SELECT l.vat_basis_points, sum(l.net_cents) AS net, sum(l.vat_cents) AS vat FROM billing.invoice_line_item l WHERE l.invoice_id = i.id GROUP BY 1) s ON true
  WHERE s.vat <> round(s.net * s.vat_basis_points / 10000.0) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the VAT of invoice % is not that of its net sums', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'vat_follows_the_net_sum'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lines_add_up_to_the_invoice AFTER INSERT ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.check_invoice_sums();
CREATE TRIGGER lines_still_add_up AFTER UPDATE ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.check_invoice_sums();

CREATE FUNCTION billing.refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE late uuid; BEGIN
  IF EXISTS (SELECT FROM inserted WHERE written_by <> pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'a line is of the transaction that writes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'writers_are_named_by_the_database';
  END IF;
  SELECT l.invoice_id INTO late FROM inserted l JOIN billing.invoice i ON i.id = l.invoice_id LIMIT 1;
  IF late IS NOT NULL THEN RAISE EXCEPTION 'invoice % is written; its lines came with it', late USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lines_come_before_their_invoice'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lines_come_before_their_invoice AFTER INSERT ON billing.invoice_line_item REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_late_lines();
CREATE TRIGGER lines_never_change BEFORE UPDATE OR DELETE ON billing.invoice_line_item FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER lines_stay BEFORE TRUNCATE ON billing.invoice_line_item FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- An issued invoice is a legal document. The application never changes one, and neither may a console session.
CREATE FUNCTION billing.refuse_change_of_issued_invoice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'invoice % was issued on % and cannot change', OLD.invoice_number, OLD.issued_on USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER issued_invoices_never_change BEFORE UPDATE OR DELETE ON billing.invoice
  FOR EACH ROW WHEN (OLD.state <> 'DRAFT') EXECUTE FUNCTION billing.refuse_change_of_issued_invoice();
-- A draft is of its contract and kind from the start, and cancelled is only what was issued.
CREATE FUNCTION billing.refuse_another_draft() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'draft % is of its contract, kind and run', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER drafts_keep_what_they_are BEFORE UPDATE ON billing.invoice FOR EACH ROW
  WHEN (OLD.state = 'DRAFT' AND ((NEW.id, NEW.customer_id, NEW.contract_id, NEW.type, NEW.run_id, NEW.created_at, NEW.written_by)
    IS DISTINCT FROM (OLD.id, OLD.customer_id, OLD.contract_id, OLD.type, OLD.run_id, OLD.created_at, OLD.written_by) OR NEW.state = 'CANCELLED'))
  EXECUTE FUNCTION billing.refuse_another_draft();
CREATE FUNCTION billing.refuse_birth_of_a_cancelled_invoice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'invoice % was never issued and cannot be cancelled', NEW.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER only_issued_invoices_are_cancelled BEFORE INSERT ON billing.invoice FOR EACH ROW
  WHEN (NEW.state = 'CANCELLED') EXECUTE FUNCTION billing.refuse_birth_of_a_cancelled_invoice();
CREATE TRIGGER invoices_stay BEFORE TRUNCATE ON billing.invoice FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- A number belongs to its series: it exists in an invoice only when the series has been drawn that far.
CREATE FUNCTION billing.refuse_undrawn_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong text; BEGIN
  SELECT i.invoice_number INTO wrong FROM inserted i LEFT JOIN billing.number_series s ON s.series = i.series AND s.year = i.number_year
  WHERE i.invoice_number IS NOT NULL AND (s.last IS NULL OR i.number_in_year > s.last) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'invoice number % was not drawn from its series', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'numbers_are_drawn'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER numbers_are_drawn AFTER INSERT ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_undrawn_numbers();
CREATE TRIGGER numbers_are_drawn_for_drafts_too AFTER UPDATE ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_undrawn_numbers();

/*
 * At commit every number that was drawn is on a document (no gaps), none was issued before the one it follows, and what was issued is booked:
 * drawing, issuing and booking are one transaction. An advance is asked for, and booked when it is paid.
 */
CREATE FUNCTION billing.check_drawn_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before bigint := CASE TG_OP WHEN 'UPDATE' THEN OLD.last ELSE 0 END;
  drawn record;
BEGIN
  SELECT count(*) FILTER (WHERE number_in_year > before) AS used, max(number_in_year) FILTER (WHERE issued_on < issued_before) AS early, max(number_in_year) FILTER (WHERE unbooked) AS unbooked INTO drawn
  FROM (
    SELECT i.number_in_year, i.issued_on, lag(i.issued_on) OVER (ORDER BY i.number_in_year) AS issued_before,
      i.type <> 'ADVANCE' AND (i.net_cents <> 0 OR i.vat_cents <> 0) AND (SELECT e.position FROM billing.ledger_entry e WHERE e.document_id = i.id AND e.position = 1) IS NULL AS unbooked
    FROM billing.invoice i WHERE i.series = NEW.series AND i.number_year = NEW.year AND i.number_in_year BETWEEN before AND NEW.last
  ) i;
  IF drawn.used <> NEW.last - before THEN
    RAISE EXCEPTION 'numbers % to % of series % % were drawn and not all of them used', before + 1, NEW.last, NEW.series, NEW.year USING ERRCODE = 'check_violation', CONSTRAINT = 'numbers_have_no_gaps';
  ELSIF drawn.early IS NOT NULL THEN
    RAISE EXCEPTION 'number % of series % % was issued before the one it follows', drawn.early, NEW.series, NEW.year USING ERRCODE = 'check_violation', CONSTRAINT = 'numbers_follow_the_days';
  ELSIF drawn.unbooked IS NOT NULL THEN
    RAISE EXCEPTION 'number % of series % % was issued and not booked', drawn.unbooked, NEW.series, NEW.year USING ERRCODE = 'check_violation', CONSTRAINT = 'issued_documents_are_booked';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER drawn_numbers_are_used AFTER INSERT OR UPDATE ON billing.number_series DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.check_drawn_numbers();

-- What a contract was sold as does not change once something was billed by it; and a run that is over stays as it ended, but for being taken up again.
CREATE FUNCTION billing.refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'contract % was confirmed with other terms', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = 'terms_stay_as_sold';
END $$;
CREATE TRIGGER terms_stay_as_sold BEFORE UPDATE ON billing.contract_cache FOR EACH ROW
  WHEN ((to_jsonb(NEW) - '{activated,end_on}'::text[]) IS DISTINCT FROM (to_jsonb(OLD) - '{activated,end_on}'::text[]) OR (OLD.activated AND NOT NEW.activated)) EXECUTE FUNCTION billing.refuse_other_terms();
CREATE FUNCTION billing.refuse_rewritten_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'billing run % is over', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'finished_runs_stay';
END $$;
CREATE TRIGGER finished_runs_stay BEFORE UPDATE ON billing.billing_run FOR EACH ROW
  WHEN (OLD.status <> 'RUNNING' AND NOT (NEW.status = 'RUNNING' AND NEW.failed = 0 AND NEW.done = OLD.done - OLD.failed AND NEW.invoices_created = OLD.invoices_created AND NEW.gross_cents = OLD.gross_cents))
  EXECUTE FUNCTION billing.refuse_rewritten_run();
CREATE TRIGGER runs_keep_what_they_are BEFORE UPDATE ON billing.billing_run FOR EACH ROW
  WHEN ((NEW.id, NEW.kind, NEW.from_on, NEW.until_on, NEW.dry_run, NEW.started_by, NEW.started_at) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.from_on, OLD.until_on, OLD.dry_run, OLD.started_by, OLD.started_at))
  EXECUTE FUNCTION billing.refuse_rewritten_run();

-- Double entry. One INSERT carries whole documents; what is booked stays.
CREATE TABLE billing.ledger_entry (
  id uuid PRIMARY KEY,
  fiscal_month date NOT NULL CHECK (extract(day FROM fiscal_month) = 1),
  document_id uuid NOT NULL,
  document_type text NOT NULL CHECK (document_type IN ('INVOICE', 'CREDIT_NOTE', 'PAYMENT', 'RETURN', 'FEE')),
  position integer NOT NULL CHECK (position > 0),
  account text NOT NULL CHECK (account ~ '^\d{4}$'),
  customer_id uuid,
  debit_cents bigint NOT NULL DEFAULT 0 CHECK (debit_cents >= 0),
  credit_cents bigint NOT NULL DEFAULT 0 CHECK (credit_cents >= 0),
  posted_at timestamptz NOT NULL,
  -- With positions from one on, so that a second booking of a document meets the first, committed or not.
  CONSTRAINT documents_are_booked_once UNIQUE (document_id, position),
  CHECK ((debit_cents = 0) <> (credit_cents = 0))
);
CREATE INDEX ledger_entry_by_month ON billing.ledger_entry (fiscal_month, account);
CREATE FUNCTION billing.check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong uuid; BEGIN
  SELECT document_id INTO wrong FROM inserted GROUP BY document_id HAVING sum(debit_cents) <> sum(credit_cents) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'document % does not balance', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_balance'; END IF;
  SELECT document_id INTO wrong FROM inserted GROUP BY document_id HAVING min(position) <> 1 OR max(position) <> count(*) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the entries of document % are not numbered from one on', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_are_booked_whole'; END IF;
  SELECT e.document_id INTO wrong FROM inserted e WHERE e.document_type = 'INVOICE' AND NOT EXISTS (SELECT 1 FROM billing.invoice i WHERE i.id = e.document_id AND i.state <> 'DRAFT') LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'there is no issued invoice %', wrong USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'only_issued_invoices_are_booked'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER documents_balance AFTER INSERT ON billing.ledger_entry REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.check_balance();
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE OR DELETE ON billing.ledger_entry FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER ledger_entries_stay BEFORE TRUNCATE ON billing.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

REVOKE UPDATE, DELETE ON billing.contract_price, billing.invoice_line_item, billing.ledger_entry FROM stromgraph_billing;
REVOKE DELETE ON billing.invoice, billing.number_series, billing.contract_cache, billing.billing_run, billing.billing_run_contract FROM stromgraph_billing;

-- Customers see their own documents.
ALTER TABLE billing.contract_cache ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.contract_cache FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON billing.contract_cache TO stromgraph_billing USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON billing.contract_cache FOR SELECT TO stromgraph_billing_own USING (customer_id = platform.own_customer());
ALTER TABLE billing.invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON billing.invoice TO stromgraph_billing USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON billing.invoice FOR SELECT TO stromgraph_billing_own USING (customer_id = platform.own_customer() AND state <> 'DRAFT');
ALTER TABLE billing.invoice_line_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_line_item FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON billing.invoice_line_item TO stromgraph_billing USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON billing.invoice_line_item FOR SELECT TO stromgraph_billing_own
  USING (EXISTS (SELECT 1 FROM billing.invoice i WHERE i.id = invoice_id AND i.customer_id = platform.own_customer() AND i.state <> 'DRAFT'));
GRANT SELECT ON billing.contract_cache, billing.invoice, billing.invoice_line_item TO stromgraph_billing_own;

SELECT platform.equip_domain('messaging');

-- The right message, once, on the channel that the customer allows, provably sent. Once handed over to a provider
-- a message is never handed over again on a guess; templates, payloads and the log of tries never change.

-- Whom we write to: customers, staff by the scope they hold, and addresses of test mails. Contact data are sealed
-- (a customer's under the customer's own key).
CREATE TABLE messaging.recipient (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('CUSTOMER', 'STAFF', 'TEST')),
  customer_id uuid UNIQUE,
  audience text UNIQUE CHECK (length(audience) BETWEEN 1 AND 100),
  contact_sealed text CHECK (length(contact_sealed) > 0),
  push_token_sealed text CHECK (length(push_token_sealed) > 0),
  locale text NOT NULL CHECK (locale IN ('de-DE', 'en-US')),
  opted_out text[] NOT NULL DEFAULT '{}',
  suppressed text[] NOT NULL DEFAULT '{}',
  suppressed_reason text CHECK (length(suppressed_reason) BETWEEN 1 AND 500),
  suppressed_at timestamptz,
  /* Contact data are a copy; after this they are to be asked for again. Null: they were told and hold until told otherwise. */
  cached_until timestamptz,
  updated_at timestamptz NOT NULL,
  CONSTRAINT customers_have_an_id CHECK ((kind = 'CUSTOMER') = (customer_id IS NOT NULL)),
  CONSTRAINT staff_have_an_audience CHECK ((kind = 'STAFF') = (audience IS NOT NULL)),
  CONSTRAINT opt_outs_name_channels CHECK (opted_out <@ ARRAY['EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK']),
  CONSTRAINT suppressions_name_channels CHECK (suppressed <@ ARRAY['EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK']),
  CONSTRAINT a_suppression_says_why CHECK ((cardinality(suppressed) > 0) = (suppressed_at IS NOT NULL) AND (suppressed_at IS NULL) = (suppressed_reason IS NULL))
);

-- A version of a text in one language for one channel. At any time one version is valid.
CREATE TABLE messaging.template (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{1,59}$'),
  channel text NOT NULL CHECK (channel IN ('EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK')),
  locale text NOT NULL CHECK (locale IN ('de-DE', 'en-US')),
  version integer NOT NULL CHECK (version > 0),
  subject text CHECK (length(subject) BETWEEN 1 AND 300),
  html text CHECK (length(html) BETWEEN 1 AND 100000),
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 50000),
  variables jsonb NOT NULL CHECK (jsonb_typeof(variables) = 'array'),
  /* Sent in spite of opt-outs because the law or the contract demands it; never in spite of a suppression. */
  legal boolean NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_until timestamptz,
  published_by text NOT NULL CHECK (length(published_by) BETWEEN 1 AND 200),
  published_at timestamptz NOT NULL,
  UNIQUE (name, channel, locale, version),
  UNIQUE (id, channel),
  CONSTRAINT a_mail_is_whole CHECK (channel <> 'EMAIL' OR (subject IS NOT NULL AND html IS NOT NULL)),
  CONSTRAINT a_validity_has_a_length CHECK (valid_until > valid_from),
  CONSTRAINT one_version_is_valid_at_a_time EXCLUDE USING gist (name WITH =, channel WITH =, locale WITH =, tstzrange(valid_from, valid_until) WITH &&)
);
CREATE FUNCTION messaging.refuse_change_of_a_published_template() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'version % of template % was published and stays as it is', OLD.version, OLD.name USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER published_templates_only_end BEFORE UPDATE ON messaging.template FOR EACH ROW
  WHEN (OLD.valid_until IS NOT NULL OR (NEW.id, NEW.name, NEW.channel, NEW.locale, NEW.version, NEW.subject, NEW.html, NEW.text, NEW.variables, NEW.legal, NEW.valid_from)
    IS DISTINCT FROM (OLD.id, OLD.name, OLD.channel, OLD.locale, OLD.version, OLD.subject, OLD.html, OLD.text, OLD.variables, OLD.legal, OLD.valid_from))
  EXECUTE FUNCTION messaging.refuse_change_of_a_published_template();
CREATE TRIGGER published_templates_stay BEFORE DELETE ON messaging.template FOR EACH ROW EXECUTE FUNCTION messaging.refuse_change_of_a_published_template();

-- Which event makes which message: data, so that operations changes it without a release.
CREATE TABLE messaging.event_template (
  event_type text NOT NULL CHECK (event_type ~ '^[a-z]+\.[A-Za-z]+$'),
  template_name text NOT NULL CHECK (template_name ~ '^[a-z][a-z0-9-]{1,59}$'),
  channel text NOT NULL CHECK (channel IN ('EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK')),
  /* The scope whose holders among the staff get it; null: the customer gets it. */
  audience text CHECK (length(audience) BETWEEN 1 AND 100),
  enabled boolean NOT NULL DEFAULT true,
  PRIMARY KEY (event_type, template_name, channel)
);
INSERT INTO messaging.event_template (event_type, template_name, channel, audience) VALUES
  ('contracts.ContractConfirmed', 'contract-confirmed', 'EMAIL', NULL),
  ('contracts.ContractActivated', 'contract-activated', 'EMAIL', NULL),
  ('contracts.SwitchFailed', 'switch-failed', 'EMAIL', NULL),
  ('contracts.SubmissionLate', 'submission-late', 'IN_APP', 'contracts:write'),
  ('billing.InvoiceCreated', 'invoice-created', 'EMAIL', NULL);

CREATE TABLE messaging.message_transition (
  from_status text NOT NULL,
  to_status text NOT NULL CHECK (to_status <> from_status),
  PRIMARY KEY (from_status, to_status)
);
INSERT INTO messaging.message_transition VALUES
  ('PENDING', 'SENT'), ('PENDING', 'BOUNCED'), ('PENDING', 'FAILED'), ('PENDING', 'SUPPRESSED'), ('SENT', 'DELIVERED'), ('SENT', 'BOUNCED'), ('DELIVERED', 'BOUNCED');

CREATE TABLE messaging.message (
  id uuid PRIMARY KEY,
  /* The event, or the command, that caused it. */
  event_id uuid NOT NULL,
  customer_id uuid,
  recipient_id uuid NOT NULL REFERENCES messaging.recipient (id),
  template_id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('EMAIL', 'SMS', 'PUSH', 'IN_APP', 'SLACK')),
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'SENT', 'DELIVERED', 'BOUNCED', 'FAILED', 'SUPPRESSED')),
  /* The template's variables; null when the customer's key was destroyed before. */
  payload_sealed text CHECK (length(payload_sealed) > 0),
  scheduled_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  /* Business time of the next try. */
  next_retry_at timestamptz,
  /* System time: until then a job has it in its list. */
  queued_until timestamptz,
  /* Which worker has it, and until when (system time). */
  claimed_by uuid,
  claimed_until timestamptz,
  /* Set just before the provider gets it. While it is set, nobody hands it over again. */
  handed_over_at timestamptz,
  /* Nobody knows whether the provider took it: the worker ended, or the connection, before the answer. */
  unconfirmed boolean NOT NULL DEFAULT false,
  provider_id text CHECK (length(provider_id) BETWEEN 1 AND 300),
  reason text CHECK (length(reason) BETWEEN 1 AND 1000),
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  settled_at timestamptz,
  UNIQUE (event_id, channel, recipient_id),
  FOREIGN KEY (template_id, channel) REFERENCES messaging.template (id, channel),
  CONSTRAINT five_tries_are_enough CHECK (attempts BETWEEN 0 AND 5),
  CONSTRAINT a_pending_message_has_a_next_try CHECK ((status = 'PENDING') = (next_retry_at IS NOT NULL)),
  CONSTRAINT settled_is_final CHECK ((status = 'PENDING') = (settled_at IS NULL)),
  CONSTRAINT only_pending_messages_are_claimed CHECK (status = 'PENDING' OR (claimed_by IS NULL AND queued_until IS NULL)),
  CONSTRAINT a_claim_is_whole CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
  CONSTRAINT only_the_claimed_is_handed_over CHECK (handed_over_at IS NULL OR attempts > 0),
  CONSTRAINT sent_has_its_time CHECK (status NOT IN ('SENT', 'DELIVERED') OR sent_at IS NOT NULL),
  CONSTRAINT what_was_not_sent_says_why CHECK (status NOT IN ('BOUNCED', 'FAILED', 'SUPPRESSED') OR reason IS NOT NULL),
  CONSTRAINT only_the_sent_is_unconfirmed CHECK (NOT unconfirmed OR status IN ('SENT', 'DELIVERED', 'BOUNCED'))
);
CREATE INDEX message_by_next_retry ON messaging.message (next_retry_at) WHERE status = 'PENDING';
CREATE INDEX message_in_flight ON messaging.message (claimed_until) WHERE status = 'PENDING' AND handed_over_at IS NOT NULL;
CREATE INDEX message_by_customer ON messaging.message (customer_id, id DESC);
CREATE INDEX message_by_status ON messaging.message (status, id DESC);
CREATE INDEX message_by_recipient ON messaging.message (recipient_id);

CREATE FUNCTION messaging.refuse_unlawful_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = messaging, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM message_transition WHERE from_status = OLD.status AND to_status = NEW.status) THEN
    RAISE EXCEPTION 'message % does not go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER messages_move_along_their_transitions BEFORE UPDATE OF status ON messaging.message
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION messaging.refuse_unlawful_transition();
CREATE TRIGGER what_a_message_says_never_changes BEFORE UPDATE ON messaging.message FOR EACH ROW
  WHEN ((NEW.id, NEW.event_id, NEW.customer_id, NEW.recipient_id, NEW.template_id, NEW.channel, NEW.payload_sealed, NEW.created_at)
    IS DISTINCT FROM (OLD.id, OLD.event_id, OLD.customer_id, OLD.recipient_id, OLD.template_id, OLD.channel, OLD.payload_sealed, OLD.created_at))
  EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER messages_are_never_deleted BEFORE DELETE ON messaging.message FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

-- One row per try.
CREATE TABLE messaging.send_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES messaging.message (id),
  attempt integer NOT NULL CHECK (attempt BETWEEN 1 AND 5),
  result text NOT NULL CHECK (result IN ('SENT', 'BOUNCED', 'RETRY', 'FAILED', 'UNKNOWN')),
  /* The provider's own code, such as 250, 451 or ECONNREFUSED. */
  result_code text NOT NULL CHECK (length(result_code) BETWEEN 1 AND 100),
  http_status integer CHECK (http_status BETWEEN 100 AND 599),
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  at timestamptz NOT NULL,
  UNIQUE (message_id, attempt)
);
CREATE TRIGGER tries_never_change BEFORE UPDATE OR DELETE ON messaging.send_log FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER tries_are_never_emptied BEFORE TRUNCATE ON messaging.send_log FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Whether a provider is to be left alone for a while (in business time).
CREATE TABLE messaging.provider (
  name text PRIMARY KEY,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  open_until timestamptz,
  CHECK (failures > 0 OR open_until IS NULL)
);
INSERT INTO messaging.provider (name) VALUES ('smtp');

REVOKE DELETE, TRUNCATE ON messaging.recipient, messaging.template, messaging.message, messaging.provider FROM stromgraph_messaging;
REVOKE UPDATE, DELETE, TRUNCATE ON messaging.send_log FROM stromgraph_messaging;
REVOKE INSERT ON messaging.provider FROM stromgraph_messaging;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON messaging.message_transition FROM stromgraph_messaging;

-- A customer sees the own messages and nobody else's; templates hold nothing of a customer.
ALTER TABLE messaging.recipient ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.recipient FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON messaging.recipient TO stromgraph_messaging USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON messaging.recipient FOR SELECT TO stromgraph_messaging_own USING (customer_id = platform.own_customer());
ALTER TABLE messaging.message ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.message FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON messaging.message TO stromgraph_messaging USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON messaging.message FOR SELECT TO stromgraph_messaging_own USING (customer_id = platform.own_customer());
GRANT SELECT ON messaging.recipient, messaging.message, messaging.template TO stromgraph_messaging_own;

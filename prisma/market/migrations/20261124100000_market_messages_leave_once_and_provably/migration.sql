SELECT platform.equip_domain('market');

-- Every market message leaves exactly once, in time, provably. What was prepared and what was exchanged never changes;
-- only the state of a message moves, along the transitions that message_transition holds as data.

-- Who takes part in market communication. A role is bound to its code: a company with two roles has two codes.
CREATE TABLE market.market_partner (
  code text PRIMARY KEY CHECK (code ~ '^[0-9]{13}$'),
  role text NOT NULL CHECK (role IN ('LF', 'NB', 'MSB', 'UENB', 'BKV', 'BIKO')),
  name text CHECK (length(name) BETWEEN 1 AND 200),
  contact text CHECK (length(contact) BETWEEN 1 AND 500),
  /* Set on our own code: the balancing group (EIC type X) in which our customers are balanced. */
  own_balancing_group text CHECK (own_balancing_group ~ '^[0-9A-Z-]{16}$'),
  created_at timestamptz NOT NULL,
  CONSTRAINT only_suppliers_apply CHECK (own_balancing_group IS NULL OR role = 'LF')
);
CREATE UNIQUE INDEX we_have_one_supplier_code ON market.market_partner ((true)) WHERE own_balancing_group IS NOT NULL;

-- A message as it was built. The payload is sealed under the customer's key: it may carry names and addresses.
CREATE TABLE market.message_prepared (
  id uuid PRIMARY KEY,
  message_type text NOT NULL CHECK (message_type ~ '^([0-9]{5}|[A-Z_]{3,30})$'),
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9][0-9]{10}$'),
  sequence integer NOT NULL CHECK (sequence > 0),
  process_id uuid NOT NULL,
  contract_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  partner_code text NOT NULL REFERENCES market.market_partner (code),
  document_number text NOT NULL UNIQUE CHECK (length(document_number) BETWEEN 1 AND 70),
  transaction_number text NOT NULL UNIQUE CHECK (length(transaction_number) BETWEEN 1 AND 70),
  /* Null when the customer's key was destroyed before: then it cannot be sent. */
  payload_sealed text CHECK (length(payload_sealed) > 0),
  deadline_at timestamptz NOT NULL,
  /* After it the message could no longer have its effect. */
  expires_at timestamptz NOT NULL,
  prepared_at timestamptz NOT NULL,
  UNIQUE (id, message_type, malo_id, sequence),
  UNIQUE (process_id, message_type)
);
CREATE TRIGGER prepared_messages_never_change BEFORE UPDATE OR DELETE ON market.message_prepared FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER prepared_messages_are_never_emptied BEFORE TRUNCATE ON market.message_prepared FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TABLE market.message_transition (
  from_status text NOT NULL,
  to_status text NOT NULL CHECK (to_status <> from_status),
  PRIMARY KEY (from_status, to_status)
);
-- A callback may overtake the answer to our own call, and a late acknowledgement is still true.
INSERT INTO market.message_transition VALUES
  ('PENDING', 'SENT'), ('PENDING', 'DELIVERED'), ('PENDING', 'NACK'), ('PENDING', 'VALIDATION_ERROR'), ('PENDING', 'EXPIRED'),
  ('SENT', 'DELIVERED'), ('SENT', 'NACK'), ('SENT', 'VALIDATION_ERROR'), ('DELIVERED', 'NACK'), ('EXPIRED', 'DELIVERED'), ('EXPIRED', 'NACK'), ('EXPIRED', 'VALIDATION_ERROR');

CREATE TABLE market.message (
  id uuid PRIMARY KEY,
  message_type text NOT NULL,
  malo_id text NOT NULL,
  sequence integer NOT NULL,
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'SENT', 'DELIVERED', 'NACK', 'VALIDATION_ERROR', 'EXPIRED')),
  ticket_id text UNIQUE CHECK (length(ticket_id) BETWEEN 1 AND 200),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  /* Business time of the next try. */
  next_attempt_at timestamptz,
  /* System time: until then a job has it in its list; later another may get it. */
  queued_until timestamptz,
  /* System time until which one worker sends it; then another may send it again under the same idempotency key. */
  claimed_until timestamptz,
  last_error text CHECK (length(last_error) BETWEEN 1 AND 2000),
  queued_at timestamptz NOT NULL,
  sent_at timestamptz,
  settled_at timestamptz,
  /* When a deadline was missed or came so close that somebody had to know. */
  late_since timestamptz,
  outcome text CHECK (outcome IN ('CONFIRMED', 'REJECTED', 'MANUAL')),
  outcome_code_list text,
  outcome_code text,
  answered_at timestamptz,
  UNIQUE (message_type, malo_id, sequence),
  UNIQUE (id, message_type, malo_id, sequence),
  FOREIGN KEY (id, message_type, malo_id, sequence) REFERENCES market.message_prepared (id, message_type, malo_id, sequence),
  CONSTRAINT a_pending_message_has_a_next_try CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL)),
  CONSTRAINT only_pending_messages_are_claimed CHECK (status = 'PENDING' OR (claimed_until IS NULL AND queued_until IS NULL)),
  CONSTRAINT a_ticket_comes_with_sending CHECK ((ticket_id IS NULL) = (sent_at IS NULL) AND (status <> 'PENDING' OR ticket_id IS NULL)),
  CONSTRAINT what_was_sent_has_a_ticket CHECK (status NOT IN ('SENT', 'DELIVERED', 'NACK') OR ticket_id IS NOT NULL),
  CONSTRAINT settled_is_final CHECK ((settled_at IS NOT NULL) = (status NOT IN ('PENDING', 'SENT'))),
  CONSTRAINT an_answer_is_whole CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CONSTRAINT a_code_needs_its_list CHECK ((outcome_code IS NULL) = (outcome_code_list IS NULL) AND (outcome IS NOT NULL OR outcome_code IS NULL))
);
CREATE INDEX message_by_next_try ON market.message (next_attempt_at) WHERE status = 'PENDING';
CREATE INDEX message_by_status ON market.message (status, id DESC);
CREATE INDEX message_by_malo ON market.message (malo_id, id DESC);
CREATE INDEX prepared_by_contract ON market.message_prepared (contract_id, id DESC);

CREATE FUNCTION market.refuse_unlawful_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = market, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM message_transition WHERE from_status = OLD.status AND to_status = NEW.status) THEN
    RAISE EXCEPTION 'message % does not go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER messages_move_along_their_transitions BEFORE UPDATE OF status ON market.message
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION market.refuse_unlawful_transition();
CREATE FUNCTION market.refuse_second_truth() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'ticket and answer of message % are known and stay', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER tickets_and_answers_stay BEFORE UPDATE ON market.message FOR EACH ROW
  WHEN ((OLD.ticket_id IS NOT NULL AND NEW.ticket_id IS DISTINCT FROM OLD.ticket_id) OR (OLD.outcome IS NOT NULL AND (NEW.outcome, NEW.outcome_code, NEW.answered_at) IS DISTINCT FROM (OLD.outcome, OLD.outcome_code, OLD.answered_at)))
  EXECUTE FUNCTION market.refuse_second_truth();
CREATE TRIGGER messages_are_never_deleted BEFORE DELETE ON market.message FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

-- The proof: what left and what came back, encrypted under the deployment's key, kept ten years and more.
CREATE TABLE market.message_audit (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES market.message_prepared (id),
  kind text NOT NULL CHECK (kind IN ('SUBMITTED', 'ACKNOWLEDGED', 'ANSWERED')),
  /* What makes it one of its kind for the message: the ticket, or the id of what came in. */
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200),
  original bytea NOT NULL CHECK (length(original) > 28),
  ticket_id bytea NOT NULL CHECK (length(ticket_id) > 28),
  edifact_hash bytea CHECK (length(edifact_hash) > 28),
  key_version integer NOT NULL CHECK (key_version > 0),
  recorded_at timestamptz NOT NULL,
  keep_until date NOT NULL,
  UNIQUE (message_id, kind, reference),
  CONSTRAINT proof_is_kept_ten_years CHECK (keep_until >= (recorded_at AT TIME ZONE 'UTC')::date + interval '10 years'),
  CONSTRAINT only_acknowledgements_carry_a_hash CHECK (edifact_hash IS NULL OR kind = 'ACKNOWLEDGED')
);
CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON market.message_audit FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON market.message_audit FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- What the clearing house delivered to us, by webhook or by polling: whichever comes first is stored, the other finds it known.
CREATE TABLE market.inbound_message (
  id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 200),
  kind text NOT NULL CHECK (kind IN ('ACKNOWLEDGEMENT', 'MARKET_MESSAGE', 'MALO_IDENT', 'OTHER')),
  provider_cursor bigint NOT NULL CHECK (provider_cursor >= 0),
  arrived_by text NOT NULL CHECK (arrived_by IN ('WEBHOOK', 'POLL')),
  /* The document that it brings; a second delivery of it under another id has no effect. */
  sender_code text,
  document_number text,
  transaction_number text,
  message_id uuid REFERENCES market.message (id),
  body bytea NOT NULL CHECK (length(body) > 28),
  key_version integer NOT NULL CHECK (key_version > 0),
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'RECEIVED' CHECK (status IN ('RECEIVED', 'APPLIED', 'DUPLICATE', 'MANUAL')),
  applied_at timestamptz,
  note text CHECK (length(note) BETWEEN 1 AND 2000),
  CONSTRAINT a_document_is_whole CHECK (num_nulls(sender_code, document_number, transaction_number) IN (0, 3)),
  CONSTRAINT applied_has_its_time CHECK ((status = 'RECEIVED') = (applied_at IS NULL)),
  CONSTRAINT manual_says_why CHECK (status <> 'MANUAL' OR note IS NOT NULL)
);
CREATE UNIQUE INDEX a_document_has_its_effect_once ON market.inbound_message (sender_code, document_number, transaction_number) WHERE status IN ('APPLIED', 'MANUAL');
CREATE INDEX inbound_by_status ON market.inbound_message (status, received_at);
CREATE INDEX inbound_by_message ON market.inbound_message (message_id);
CREATE TRIGGER what_was_delivered_stays BEFORE UPDATE ON market.inbound_message FOR EACH ROW
  WHEN (OLD.status NOT IN ('RECEIVED', 'MANUAL') OR (NEW.id, NEW.kind, NEW.body, NEW.occurred_at, NEW.received_at) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.body, OLD.occurred_at, OLD.received_at))
  EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER what_was_delivered_is_never_deleted BEFORE DELETE ON market.inbound_message FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

-- Every signed call of the webhook that we accepted: the very same call again is a replay, a newly signed one is a retry.
CREATE TABLE market.webhook_receipt (
  webhook_id text NOT NULL CHECK (length(webhook_id) BETWEEN 1 AND 200),
  signed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (webhook_id, signed_at)
);

-- How far polling has read, and whether the provider is to be left alone for a while (in business time).
CREATE TABLE market.provider (
  name text PRIMARY KEY,
  received_cursor bigint NOT NULL DEFAULT 0 CHECK (received_cursor >= 0),
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  open_until timestamptz,
  CHECK (failures > 0 OR open_until IS NULL)
);
INSERT INTO market.provider (name) VALUES ('clearing-house');

REVOKE UPDATE, DELETE, TRUNCATE ON market.message_prepared, market.message_audit, market.webhook_receipt FROM stromgraph_market;
REVOKE DELETE, TRUNCATE ON market.message, market.inbound_message, market.provider, market.market_partner FROM stromgraph_market;
REVOKE INSERT ON market.provider FROM stromgraph_market;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON market.message_transition FROM stromgraph_market;

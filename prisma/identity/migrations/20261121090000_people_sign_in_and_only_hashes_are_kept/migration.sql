SELECT platform.equip_domain('identity');
-- Who may do what, as data, and how they prove who they are. Nothing here can be used to sign in: passwords, refresh tokens
-- and API keys are kept as hashes, the private part of a signing key under the deployment's key.

CREATE TABLE identity.scope (
  /* `session` is what every signed-in caller has, `gateway:…` is what no user ever gets. */
  name text PRIMARY KEY CHECK (name ~ '^[a-z]+(:[a-z]+)?$' AND name <> 'session' AND name NOT LIKE 'gateway:%'),
  description text NOT NULL CHECK (description <> '')
);
INSERT INTO identity.scope (name, description)
  SELECT domain || ':' || right_of, initcap(right_of) || ' what ' || domain || ' owns'
  FROM unnest(ARRAY['pricing', 'contracts', 'customers', 'metering', 'energy', 'billing', 'settlement', 'market', 'messaging']) AS domain,
       unnest(ARRAY['read', 'write']) AS right_of;
INSERT INTO identity.scope (name, description) VALUES
  ('contracts:approve', 'Approve a draft that somebody else has edited'),
  ('billing:release', 'Release what somebody else has prepared for payment'),
  ('customers:erase', 'Erase a customer'),
  ('identity:admin', 'Users, keys and the business clock'),
  ('operations', 'Queues, dead letters and runs');

CREATE TABLE identity.role (
  name text PRIMARY KEY CHECK (name ~ '^[A-Z][A-Z_]{0,39}$'),
  /* Staff and customers never share a role. */
  kind text NOT NULL CHECK (kind IN ('STAFF', 'CUSTOMER')),
  description text NOT NULL CHECK (description <> ''),
  UNIQUE (name, kind)
);
CREATE TABLE identity.role_scope (
  role text NOT NULL REFERENCES identity.role (name) ON DELETE CASCADE,
  scope text NOT NULL REFERENCES identity.scope (name),
  PRIMARY KEY (role, scope)
);

CREATE TABLE identity."user" (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('STAFF', 'CUSTOMER')),
  email text NOT NULL CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  active boolean NOT NULL DEFAULT true,
  /* The customer whose rows a customer's user sees. */
  customer_id uuid,
  /* Access tokens of an earlier epoch are not believed any more. */
  access_epoch integer NOT NULL DEFAULT 1 CHECK (access_epoch > 0),
  locked_until timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT customers_users_name_their_customer CHECK ((kind = 'CUSTOMER') = (customer_id IS NOT NULL)),
  UNIQUE (id, kind)
);
CREATE UNIQUE INDEX user_by_email ON identity."user" (lower(email));
CREATE FUNCTION identity.refuse_an_earlier_epoch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'the access epoch of user % only rises', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER epochs_only_rise BEFORE UPDATE ON identity."user"
  FOR EACH ROW WHEN (NEW.access_epoch < OLD.access_epoch) EXECUTE FUNCTION identity.refuse_an_earlier_epoch();

/* Apart from the user, so that a customer's own session cannot read it. */
CREATE TABLE identity.password (
  user_id uuid PRIMARY KEY REFERENCES identity."user" (id) ON DELETE CASCADE,
  hash text NOT NULL CHECK (hash LIKE '$argon2id$v=19$%'),
  changed_at timestamptz NOT NULL
);

CREATE TABLE identity.user_role (
  user_id uuid NOT NULL,
  kind text NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (user_id, role),
  FOREIGN KEY (user_id, kind) REFERENCES identity."user" (id, kind) ON DELETE CASCADE,
  FOREIGN KEY (role, kind) REFERENCES identity.role (name, kind)
);

/* A sign-in: the family of refresh tokens that follow from it. */
CREATE TABLE identity.session (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES identity."user" (id) ON DELETE CASCADE,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('LOGOUT', 'DISABLED', 'TOKEN_REUSED')),
  CHECK (expires_at > started_at),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX session_by_user ON identity.session (user_id, started_at);
CREATE FUNCTION identity.refuse_change_of_what_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a row of % that has ended stays so', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER ended_sessions_stay_ended BEFORE UPDATE ON identity.session
  FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION identity.refuse_change_of_what_has_ended();

CREATE TABLE identity.refresh_token (
  hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  session_id uuid NOT NULL REFERENCES identity.session (id) ON DELETE CASCADE,
  issued_at timestamptz NOT NULL,
  used_at timestamptz,
  successor_hash bytea UNIQUE REFERENCES identity.refresh_token (hash) DEFERRABLE INITIALLY DEFERRED,
  /* The deployment key from which the successor was derived. */
  successor_key_version integer,
  CHECK (used_at >= issued_at),
  CHECK (successor_hash <> hash),
  CONSTRAINT used_tokens_have_a_successor CHECK (num_nonnulls(used_at, successor_hash, successor_key_version) IN (0, 3))
);
CREATE UNIQUE INDEX one_unused_token_per_session ON identity.refresh_token (session_id) WHERE used_at IS NULL;
CREATE TRIGGER used_tokens_never_change BEFORE UPDATE ON identity.refresh_token
  FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION identity.refuse_change_of_what_has_ended();

/* Failed sign-ins only; of the account and the address just keyed hashes, known or not. */
CREATE TABLE identity.login_attempt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_hash bytea NOT NULL CHECK (octet_length(account_hash) = 32),
  address_hash bytea CHECK (octet_length(address_hash) = 32),
  failed_at timestamptz NOT NULL
);
CREATE INDEX login_attempt_by_account ON identity.login_attempt (account_hash, failed_at);
CREATE INDEX login_attempt_by_address ON identity.login_attempt (address_hash, failed_at);
CREATE INDEX login_attempt_by_time ON identity.login_attempt (failed_at);
CREATE TRIGGER attempts_never_change BEFORE UPDATE ON identity.login_attempt FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TABLE identity.service_account (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9-]{0,39}$'),
  created_at timestamptz NOT NULL
);
CREATE TABLE identity.api_key (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  /* What people recognise the key by. */
  prefix text NOT NULL UNIQUE CHECK (prefix ~ '^[A-Za-z0-9]{8}$'),
  hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  channel text CHECK (channel ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  service_account_id uuid REFERENCES identity.service_account (id),
  created_at timestamptz NOT NULL,
  created_by uuid REFERENCES identity."user" (id),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CHECK (expires_at > created_at),
  CONSTRAINT a_key_is_a_channels_or_a_services CHECK (num_nonnulls(channel, service_account_id) = 1)
);
CREATE FUNCTION identity.refuse_change_of_a_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.revoked_at IS NOT NULL OR (to_jsonb(NEW) - 'revoked_at') IS DISTINCT FROM (to_jsonb(OLD) - 'revoked_at') THEN
    RAISE EXCEPTION 'an API key is revoked, once, and never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keys_are_only_ever_revoked BEFORE UPDATE ON identity.api_key FOR EACH ROW EXECUTE FUNCTION identity.refuse_change_of_a_key();
CREATE TABLE identity.api_key_scope (
  api_key_id uuid NOT NULL REFERENCES identity.api_key (id) ON DELETE CASCADE,
  scope text NOT NULL REFERENCES identity.scope (name),
  PRIMARY KEY (api_key_id, scope)
);

/* NEXT is published before it signs, CURRENT signs, RETIRED is listed until the last of its tokens has expired. */
CREATE TABLE identity.signing_key (
  id text PRIMARY KEY CHECK (length(id) BETWEEN 8 AND 100),
  status text NOT NULL CHECK (status IN ('NEXT', 'CURRENT', 'RETIRED')),
  public_key jsonb NOT NULL CHECK (public_key ->> 'crv' = 'Ed25519' AND public_key ->> 'kid' = id AND NOT public_key ? 'd'),
  sealed_private_key bytea,
  key_version integer NOT NULL,
  created_at timestamptz NOT NULL,
  current_at timestamptz,
  retired_at timestamptz,
  CHECK (current_at >= created_at),
  CHECK (retired_at >= current_at),
  CHECK ((status = 'NEXT') = (current_at IS NULL)),
  CHECK ((status = 'RETIRED') = (retired_at IS NOT NULL)),
  CONSTRAINT retired_keys_cannot_sign CHECK ((status = 'RETIRED') = (sealed_private_key IS NULL))
);
CREATE UNIQUE INDEX one_key_signs ON identity.signing_key (status) WHERE status <> 'RETIRED';
CREATE TRIGGER retired_keys_stay_retired BEFORE UPDATE ON identity.signing_key
  FOR EACH ROW WHEN (OLD.status = 'RETIRED') EXECUTE FUNCTION identity.refuse_change_of_what_has_ended();

/* What a gateway that has just started must know; older ones concern no living token. */
CREATE TABLE identity.access_withdrawal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject_kind text NOT NULL CHECK (subject_kind IN ('USER', 'API_KEY')),
  subject_id uuid NOT NULL,
  session_id uuid,
  epoch_below integer CHECK (epoch_below > 1),
  reason text NOT NULL CHECK (reason IN ('LOGOUT', 'DISABLED', 'ROLES_CHANGED', 'TOKEN_REUSED', 'KEY_REVOKED')),
  withdrawn_at timestamptz NOT NULL,
  CONSTRAINT a_session_an_epoch_or_a_key CHECK (num_nonnulls(session_id, epoch_below) = CASE subject_kind WHEN 'USER' THEN 1 ELSE 0 END)
);
CREATE INDEX access_withdrawal_by_time ON identity.access_withdrawal (withdrawn_at);
CREATE TRIGGER withdrawals_never_change BEFORE UPDATE ON identity.access_withdrawal FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

REVOKE UPDATE ON identity.login_attempt, identity.access_withdrawal FROM stromgraph_identity;
REVOKE INSERT, UPDATE, DELETE ON identity.scope FROM stromgraph_identity;

-- A customer's session reads itself and the names of its roles, nothing else.
ALTER TABLE identity."user" ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity."user" FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON identity."user" TO stromgraph_identity USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON identity."user" FOR SELECT TO stromgraph_identity_own USING (customer_id = platform.own_customer());
ALTER TABLE identity.user_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.user_role FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON identity.user_role TO stromgraph_identity USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON identity.user_role FOR SELECT TO stromgraph_identity_own USING (EXISTS (SELECT 1 FROM identity."user" u WHERE u.id = user_id));
GRANT SELECT ON identity."user", identity.user_role, identity.role_scope TO stromgraph_identity_own;

-- The retailer's roles; more are data.
INSERT INTO identity.role (name, kind, description) VALUES
  ('ADMIN', 'STAFF', 'Everything, and the second person where two are needed'),
  ('TRADER', 'STAFF', 'Positions, forecasts and trades'),
  ('AGENT', 'STAFF', 'Customers and their contracts'),
  ('BILLING', 'STAFF', 'Invoices, payments and commissions'),
  ('OPERATIONS', 'STAFF', 'Messages, market communication, meters, prices and queues'),
  ('CUSTOMER', 'CUSTOMER', 'A customer, own rows only');
INSERT INTO identity.role_scope (role, scope) SELECT 'ADMIN', name FROM identity.scope;
INSERT INTO identity.role_scope (role, scope)
  SELECT role, unnest(scopes) FROM (VALUES
    ('TRADER', ARRAY['energy:read', 'energy:write', 'pricing:read', 'contracts:read', 'metering:read', 'market:read']),
    ('AGENT', ARRAY['customers:read', 'customers:write', 'contracts:read', 'contracts:write', 'metering:read', 'metering:write',
                    'billing:read', 'pricing:read', 'messaging:read', 'messaging:write', 'market:read']),
    ('BILLING', ARRAY['billing:read', 'billing:write', 'settlement:read', 'settlement:write', 'customers:read', 'contracts:read',
                      'metering:read', 'pricing:read', 'messaging:read']),
    ('OPERATIONS', ARRAY['messaging:read', 'messaging:write', 'market:read', 'market:write', 'metering:read', 'metering:write', 'pricing:read', 'pricing:write',
                         'contracts:read', 'contracts:approve', 'customers:read', 'billing:read', 'energy:read', 'operations']),
    ('CUSTOMER', ARRAY['customers:read', 'contracts:read', 'metering:read', 'billing:read'])
  ) AS granted (role, scopes);

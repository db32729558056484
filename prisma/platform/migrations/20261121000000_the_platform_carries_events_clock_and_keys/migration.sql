-- What every domain stands on: the feed of events, business time, the customers' keys, and the tables that
-- each domain's own schema is equipped with. See docs/decisions/0002-events.md.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;

-- Every committed event in one order. One sequencer (the relay) writes it, so positions commit in order.
CREATE TABLE platform.feed (
  position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  domain text NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  aggregate_version bigint NOT NULL CHECK (aggregate_version > 0),
  type text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  tenant text NOT NULL,
  payload jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  committed_at timestamptz NOT NULL,
  correlation_id text NOT NULL,
  causation_id text,
  UNIQUE (domain, aggregate_type, aggregate_id, aggregate_version)
);

-- How far the relay has copied each domain's outbox.
CREATE TABLE platform.relay_cursor (
  domain text PRIMARY KEY,
  outbox_position bigint NOT NULL DEFAULT 0
);

-- Business time is data that every process reads: SYSTEM follows the machine, OFFSET runs beside it, STANDING stands still.
CREATE TABLE platform.clock (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  mode text NOT NULL DEFAULT 'SYSTEM' CHECK (mode IN ('SYSTEM', 'OFFSET', 'STANDING')),
  ahead interval NOT NULL DEFAULT '0',
  stands_at timestamptz,
  CHECK ((mode = 'STANDING') = (stands_at IS NOT NULL)),
  CHECK (mode = 'OFFSET' OR ahead = '0')
);
INSERT INTO platform.clock DEFAULT VALUES;
CREATE FUNCTION platform.business_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE mode WHEN 'STANDING' THEN stands_at ELSE clock_timestamp() + ahead END FROM platform.clock
$$;

-- The tenant whose database this is.
CREATE TABLE platform.tenant (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{0,39}$')
);

-- One data key per customer, wrapped by the deployment's key. Destroying it makes every sealed text of the customer unreadable.
CREATE TABLE platform.customer_key (
  customer_id uuid PRIMARY KEY,
  wrapped_key bytea,
  key_version integer NOT NULL,
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE FUNCTION platform.refuse_revival_of_a_destroyed_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'the key of customer % is destroyed and stays so', OLD.customer_id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER destroyed_keys_stay_destroyed BEFORE UPDATE OR DELETE ON platform.customer_key
  FOR EACH ROW WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION platform.refuse_revival_of_a_destroyed_key();

/* The first writer's key wins; everybody gets that one. Null when the key is destroyed. */
CREATE FUNCTION platform.customer_key_or_new(customer uuid, fresh bytea, fresh_version integer)
RETURNS TABLE (wrapped_key bytea, key_version integer) LANGUAGE plpgsql SECURITY DEFINER SET search_path = platform, pg_temp AS $$ BEGIN
  INSERT INTO platform.customer_key (customer_id, wrapped_key, key_version, created_at)
    VALUES (customer, fresh, fresh_version, platform.business_now()) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT k.wrapped_key, k.key_version FROM platform.customer_key k WHERE k.customer_id = customer;
END $$;
CREATE FUNCTION platform.customer_keys(customers uuid[]) RETURNS TABLE (customer_id uuid, wrapped_key bytea, key_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = platform, pg_temp AS $$
  SELECT k.customer_id, k.wrapped_key, k.key_version FROM platform.customer_key k WHERE k.customer_id = ANY (customers) AND k.wrapped_key IS NOT NULL
$$;
CREATE FUNCTION platform.destroy_customer_key(customer uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = platform, pg_temp AS $$ BEGIN
  UPDATE platform.customer_key SET wrapped_key = NULL, destroyed_at = platform.business_now() WHERE customer_id = customer AND destroyed_at IS NULL;
  RETURN FOUND;
END $$;

-- Whose rows a session of a customer may see; null (no row) unless the transaction said so.
CREATE FUNCTION platform.own_customer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(current_setting('stromgraph.customer', true), '')::uuid
$$;

-- Login roles and their generated passwords; readable by the owner of the database only.
CREATE TABLE platform.role_credential (
  role_name text PRIMARY KEY,
  domain text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('staff', 'own', 'relay')),
  password text NOT NULL,
  UNIQUE (domain, kind)
);

CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;

/* The tables that carry events, due work and idempotency in and out of one domain. First line of a domain's first migration. */
CREATE FUNCTION platform.equip_domain(domain text) RETURNS void LANGUAGE plpgsql AS $equip$ BEGIN
  EXECUTE format($sql$
    CREATE TABLE %1$I.aggregate_version (
      aggregatetype text NOT NULL, aggregateid text NOT NULL, version bigint NOT NULL CHECK (version > 0),
      PRIMARY KEY (aggregatetype, aggregateid)
    );
    -- Column names follow Debezium's outbox event router, so that a Kafka Connect pipeline can read the same table.
    CREATE TABLE %1$I.outbox (
      position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
      id uuid NOT NULL UNIQUE,
      aggregatetype text NOT NULL, aggregateid text NOT NULL, aggregateversion bigint NOT NULL CHECK (aggregateversion > 0),
      type text NOT NULL, version integer NOT NULL CHECK (version > 0),
      payload jsonb NOT NULL,
      tenant text NOT NULL, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, causation_id text,
      UNIQUE (aggregatetype, aggregateid, aggregateversion)
    );
    CREATE TRIGGER outbox_rows_never_change BEFORE UPDATE ON %1$I.outbox FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
    CREATE TABLE %1$I.inbox (event_id uuid PRIMARY KEY, position bigint NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE %1$I.hearer_cursor (hearer text PRIMARY KEY, position bigint NOT NULL DEFAULT 0 CHECK (position >= 0));
    INSERT INTO %1$I.hearer_cursor VALUES (%1$L, 0);
    CREATE TABLE %1$I.dead_letter (
      hearer text NOT NULL, position bigint NOT NULL, event_id uuid NOT NULL,
      domain text NOT NULL, aggregate_type text NOT NULL, aggregate_id text NOT NULL,
      type text NOT NULL, version integer NOT NULL, payload jsonb NOT NULL,
      tenant text NOT NULL, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, causation_id text, aggregate_version bigint NOT NULL,
      committed_at timestamptz NOT NULL,
      /* Null for an event that only waits behind a poisoned one of its aggregate. */
      error text, attempts integer NOT NULL DEFAULT 0, parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      /* When the failed event is tried again by itself; null for one that waits for people or behind another. */
      retry_at timestamptz CHECK (retry_at IS NULL OR error IS NOT NULL),
      PRIMARY KEY (hearer, position), UNIQUE (hearer, event_id)
    );
    CREATE INDEX dead_letter_by_aggregate ON %1$I.dead_letter (hearer, domain, aggregate_type, aggregate_id, position);
    CREATE INDEX dead_letter_of_parked ON %1$I.dead_letter (hearer, domain, aggregate_type, aggregate_id) WHERE error IS NOT NULL;
    CREATE INDEX dead_letter_to_retry ON %1$I.dead_letter (hearer, retry_at) WHERE retry_at IS NOT NULL;
    CREATE TABLE %1$I.due (
      id uuid PRIMARY KEY, kind text NOT NULL, subject text NOT NULL,
      due_at timestamptz NOT NULL, correlation_id text NOT NULL,
      attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0), last_error text,
      /* System time before which a failed attempt is not repeated; business time decides what is due. */
      not_before timestamptz NOT NULL DEFAULT '-infinity',
      UNIQUE (kind, subject)
    );
    CREATE INDEX due_by_time ON %1$I.due (due_at);
    CREATE TABLE %1$I.idempotency (
      operation text NOT NULL, actor text NOT NULL, key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
      fingerprint bytea NOT NULL, response jsonb NOT NULL, created_at timestamptz NOT NULL,
      PRIMARY KEY (operation, actor, key)
    );
    CREATE TRIGGER answers_never_change BEFORE UPDATE ON %1$I.idempotency FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

    /* Draws the aggregates' versions under their row locks (held until commit), then the positions, so that the
       order of positions is the order of locks. Returns nothing; wakes the relay without queueing writers on NOTIFY's global lock. */
    CREATE FUNCTION %1$I.publish(events jsonb) RETURNS void LANGUAGE plpgsql AS $publish$
    BEGIN
      PERFORM pg_current_xact_id();
      WITH event AS (
        SELECT e.*, row_number() OVER (PARTITION BY aggregatetype, aggregateid ORDER BY ordinality) AS nth,
               count(*) OVER (PARTITION BY aggregatetype, aggregateid) AS number
        FROM ROWS FROM (jsonb_to_recordset(events) AS (id uuid, aggregatetype text, aggregateid text, type text, version integer,
             payload jsonb, tenant text, occurred_at timestamptz, correlation_id text, causation_id text)) WITH ORDINALITY AS
             e (id, aggregatetype, aggregateid, type, version, payload, tenant, occurred_at, correlation_id, causation_id, ordinality)
      ), drawn AS (
        INSERT INTO %1$I.aggregate_version AS v
        SELECT DISTINCT aggregatetype, aggregateid, number FROM event ORDER BY aggregatetype, aggregateid
        ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET version = v.version + excluded.version
        RETURNING v.aggregatetype, v.aggregateid, v.version
      ), numbered AS MATERIALIZED (
        SELECT event.*, drawn.version - event.number + event.nth AS aggregateversion
        FROM event JOIN drawn USING (aggregatetype, aggregateid)
      )
      INSERT INTO %1$I.outbox (id, aggregatetype, aggregateid, aggregateversion, type, version, payload, tenant, occurred_at, correlation_id, causation_id)
      SELECT id, aggregatetype, aggregateid, aggregateversion, type, version, payload, tenant, occurred_at, correlation_id, causation_id
      FROM numbered ORDER BY ordinality;
      IF pg_try_advisory_xact_lock(4711) THEN NOTIFY stromgraph_outbox; END IF;
    END $publish$;

    /* Its earliest due moment, in business time; null when nothing is due. */
    CREATE FUNCTION %1$I.next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS
      'SELECT min(due_at) FROM %1$I.due';

    GRANT USAGE ON SCHEMA %1$I TO stromgraph_%1$s, stromgraph_%1$s_own, stromgraph_relay, stromgraph_operations;
    ALTER DEFAULT PRIVILEGES IN SCHEMA %1$I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO stromgraph_%1$s;
    ALTER DEFAULT PRIVILEGES IN SCHEMA %1$I GRANT USAGE, SELECT ON SEQUENCES TO stromgraph_%1$s;
    ALTER DEFAULT PRIVILEGES IN SCHEMA %1$I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA %1$I GRANT EXECUTE ON FUNCTIONS TO stromgraph_%1$s;
    GRANT SELECT, INSERT ON %1$I.outbox, %1$I.idempotency TO stromgraph_%1$s;
    GRANT DELETE ON %1$I.idempotency TO stromgraph_%1$s;
    GRANT SELECT, INSERT, UPDATE ON %1$I.aggregate_version, %1$I.hearer_cursor TO stromgraph_%1$s;
    GRANT SELECT, INSERT, UPDATE, DELETE ON %1$I.inbox, %1$I.dead_letter, %1$I.due TO stromgraph_%1$s;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %1$I TO stromgraph_%1$s;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA %1$I FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %1$I TO stromgraph_%1$s;
    GRANT SELECT, DELETE ON %1$I.outbox TO stromgraph_relay;
    GRANT SELECT ON %1$I.hearer_cursor TO stromgraph_relay;
    GRANT SELECT ON ALL SEQUENCES IN SCHEMA %1$I TO stromgraph_relay;
    GRANT SELECT ON %1$I.dead_letter, %1$I.hearer_cursor, %1$I.due, %1$I.outbox TO stromgraph_operations;
    GRANT EXECUTE ON FUNCTION %1$I.next_due() TO stromgraph_operations;
    INSERT INTO platform.relay_cursor (domain) VALUES (%1$L);
    GRANT stromgraph_reader TO stromgraph_%1$s, stromgraph_%1$s_own;
  $sql$, domain);
END $equip$;

GRANT USAGE ON SCHEMA platform TO stromgraph_reader, stromgraph_relay;
GRANT SELECT ON platform.feed, platform.clock, platform.tenant TO stromgraph_reader, stromgraph_relay;
GRANT INSERT, DELETE ON platform.feed TO stromgraph_relay;
GRANT SELECT, UPDATE ON platform.relay_cursor TO stromgraph_relay;
GRANT SELECT ON platform.relay_cursor TO stromgraph_operations;
GRANT UPDATE ON platform.clock TO stromgraph_operations;
GRANT stromgraph_reader TO stromgraph_operations;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.business_now(), platform.own_customer() TO stromgraph_reader, stromgraph_relay;
GRANT EXECUTE ON FUNCTION platform.refuse_change() TO stromgraph_reader;
GRANT EXECUTE ON FUNCTION platform.customer_key_or_new(uuid, bytea, integer), platform.customer_keys(uuid[]) TO stromgraph_reader;

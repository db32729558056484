SELECT platform.equip_domain('metering');
-- Which meter hangs where and when, what it measured, and what was believed before. A value that was replaced is kept;
-- sums per day and month are kept up to date as values arrive.

CREATE FUNCTION metering.quarter_hours_of(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM ((day + 1)::timestamp AT TIME ZONE 'Europe/Berlin') - (day::timestamp AT TIME ZONE 'Europe/Berlin')) / 900)::integer
$$;
/* True and substitute values may be billed, provisional ones not. */
CREATE TYPE metering.value_status AS ENUM ('TRUE', 'SUBSTITUTE', 'PROVISIONAL');

CREATE TABLE metering.meter (
  id uuid PRIMARY KEY,
  /* Printed on the device; no check digit and no fixed form in practice, so compared as it stands. */
  meter_number text NOT NULL UNIQUE CHECK (meter_number ~ '^[[:graph:]]([[:print:]]{0,33}[[:graph:]])?$'),
  manufacturer text,
  kind text NOT NULL CHECK (kind IN ('CONVENTIONAL', 'DIGITAL', 'SMART')),
  calibrated_until date,
  status text NOT NULL CHECK (status IN ('REGISTERED', 'INSTALLED', 'REMOVED')),
  registered_at timestamptz NOT NULL
);
CREATE TABLE metering.meter_register (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES metering.meter,
  obis text NOT NULL CHECK (obis ~ '^1-([0-9]|[1-5][0-9]|6[0-6]):[1-8]\.(6|8|9|29)\.([0-9]|[1-5][0-9]|6[0-3])$'),
  /* Of the counter, before it rolls over. */
  digits smallint NOT NULL DEFAULT 6 CHECK (digits BETWEEN 1 AND 12),
  /* Transformer factor of a register's advance. */
  factor numeric NOT NULL DEFAULT 1 CHECK (factor > 0),
  /* The one length of this register's intervals, known from the first value on: with it and the grid of starts nothing can overlap. */
  interval_minutes smallint CHECK (interval_minutes IN (15, 30, 60)),
  UNIQUE (meter_id, obis)
);

-- What metering needs of a confirmed contract: its own copy.
CREATE TABLE metering.supply (
  contract_id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  market_location_id uuid NOT NULL,
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9][0-9]{10}$'),
  start_on date NOT NULL,
  end_on date CHECK (end_on > start_on),
  expected_watt_hours bigint NOT NULL CHECK (expected_watt_hours >= 0)
);
CREATE INDEX supply_by_location ON metering.supply (malo_id, start_on);
CREATE INDEX supply_by_customer ON metering.supply (customer_id);

CREATE TABLE metering.installation (
  id uuid PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES metering.meter,
  market_location_id uuid,
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9][0-9]{10}$'),
  melo_id text CHECK (melo_id ~ '^DE[0-9]{11}[A-Z0-9]{20}$'),
  from_at timestamptz NOT NULL,
  until_at timestamptz CHECK (until_at > from_at),
  CONSTRAINT a_meter_hangs_in_one_place EXCLUDE USING gist (meter_id WITH =, tstzrange(from_at, until_at) WITH &&)
);
CREATE INDEX installation_by_location ON metering.installation (malo_id);

CREATE TABLE metering.meter_exchange (
  id uuid PRIMARY KEY,
  old_meter_id uuid NOT NULL REFERENCES metering.meter,
  final_watt_hours bigint NOT NULL CHECK (final_watt_hours >= 0),
  new_meter_id uuid NOT NULL REFERENCES metering.meter,
  start_watt_hours bigint NOT NULL CHECK (start_watt_hours >= 0),
  exchanged_at timestamptz NOT NULL,
  CHECK (old_meter_id <> new_meter_id),
  UNIQUE (old_meter_id, exchanged_at),
  UNIQUE (new_meter_id, exchanged_at)
);

-- One delivery of values: what became of its rows.
CREATE TABLE metering.batch (
  id uuid PRIMARY KEY,
  source text NOT NULL CHECK (source IN ('GRAPHQL', 'REST_JSON', 'REST_CSV', 'MARKET')),
  actor text NOT NULL,
  received_at timestamptz NOT NULL,
  /* CUT_OFF: the file ended or the connection broke in the middle; what came before is stored. */
  state text NOT NULL CHECK (state IN ('STORING', 'COMPLETE', 'CUT_OFF')),
  accepted integer NOT NULL DEFAULT 0 CHECK (accepted >= 0),
  unchanged integer NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
  rejected integer NOT NULL DEFAULT 0 CHECK (rejected >= 0),
  /* Of a keyed file: whose key, the key, until when (system time) a file that is being stored holds it, and the SHA-256 of the whole file. */
  key_holder text,
  idempotency_key text CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  claimed_until timestamptz,
  digest bytea CHECK (octet_length(digest) = 32),
  CONSTRAINT a_key_is_of_one_file UNIQUE (key_holder, idempotency_key),
  CONSTRAINT keys_have_a_holder CHECK ((idempotency_key IS NULL) = (key_holder IS NULL)),
  CONSTRAINT keyed_files_being_stored_are_claimed CHECK (idempotency_key IS NULL OR state <> 'STORING' OR claimed_until IS NOT NULL),
  CONSTRAINT keyed_files_that_ended_have_a_digest CHECK (idempotency_key IS NULL OR state = 'STORING' OR digest IS NOT NULL)
);
CREATE TABLE metering.rejection (
  batch_id uuid NOT NULL REFERENCES metering.batch,
  row_number integer NOT NULL CHECK (row_number > 0),
  path text,
  meter_number text,
  obis text,
  start_at timestamptz,
  rule text CHECK (rule ~ '^R(0[1-9]|1[0-6])$'),
  reason text NOT NULL,
  PRIMARY KEY (batch_id, row_number)
);
-- Days that a batch has touched and that hearers have not been told of.
CREATE TABLE metering.batch_day (
  batch_id uuid NOT NULL REFERENCES metering.batch,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  day date NOT NULL,
  corrected boolean NOT NULL,
  PRIMARY KEY (batch_id, register_id, day)
);

-- What a counter showed at an instant.
CREATE TABLE metering.reading (
  id uuid PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES metering.meter,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  contract_id uuid NOT NULL REFERENCES metering.supply,
  customer_id uuid NOT NULL,
  read_at timestamptz NOT NULL,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  source text NOT NULL CHECK (source IN ('IOT_GATEWAY', 'UPLOAD', 'ESTIMATE')),
  quality text NOT NULL CHECK (quality IN ('MEASURED', 'SUBSTITUTED', 'PROVISIONAL')),
  imported_at timestamptz NOT NULL,
  batch_id uuid REFERENCES metering.batch,
  UNIQUE (meter_id, register_id, read_at)
);
CREATE INDEX reading_by_contract ON metering.reading (contract_id, read_at);
-- Register reads of a batch that hearers have not been told of.
CREATE TABLE metering.batch_reading (
  batch_id uuid NOT NULL REFERENCES metering.batch,
  reading_id uuid NOT NULL REFERENCES metering.reading,
  corrected boolean NOT NULL,
  PRIMARY KEY (batch_id, reading_id)
);
CREATE TABLE metering.reading_superseded (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reading_id uuid NOT NULL REFERENCES metering.reading,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  quality text NOT NULL CHECK (quality IN ('MEASURED', 'SUBSTITUTED', 'PROVISIONAL')),
  known_from timestamptz NOT NULL,
  known_until timestamptz NOT NULL CHECK (known_until >= known_from),
  cause text NOT NULL CHECK (cause <> '')
);
CREATE INDEX reading_superseded_by_reading ON metering.reading_superseded (reading_id);
/* A reading at the very end of a contract or an installation still belongs to it. */
CREATE FUNCTION metering.has_its_contract(subject metering.reading) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id
    WHERE i.meter_id = subject.meter_id AND i.from_at <= subject.read_at AND (i.until_at IS NULL OR subject.read_at <= i.until_at)
      AND s.contract_id = subject.contract_id AND s.customer_id = subject.customer_id
      AND s.start_on::timestamp AT TIME ZONE 'Europe/Berlin' <= subject.read_at
      AND (s.end_on IS NULL OR subject.read_at <= s.end_on::timestamp AT TIME ZONE 'Europe/Berlin'))
$$;
/* The register is held, so that nobody takes the meter's place away meanwhile. */
CREATE FUNCTION metering.refuse_reading_of_a_foreign_meter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM metering.meter_register r WHERE r.id = NEW.register_id FOR NO KEY UPDATE;
  IF NEW.read_at > platform.business_now() THEN
    RAISE EXCEPTION 'a reading at % lies in the future', NEW.read_at USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_lie_in_the_past';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM metering.meter_register r WHERE r.id = NEW.register_id AND r.meter_id = NEW.meter_id) OR NOT metering.has_its_contract(NEW) THEN
    RAISE EXCEPTION 'meter % was not at a market location of contract % at %', NEW.meter_id, NEW.contract_id, NEW.read_at
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'readings_belong_to_the_contract_of_their_time';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER readings_belong_to_the_contract_of_their_time AFTER INSERT OR UPDATE ON metering.reading DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION metering.refuse_reading_of_a_foreign_meter();
CREATE TRIGGER readings_stay BEFORE DELETE ON metering.reading FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER readings_are_never_emptied BEFORE TRUNCATE ON metering.reading FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/*
 * As for intervals, below: nothing takes the place of a reading but by the matrix of replacements, and the database itself keeps what was. Whoever
 * replaces says the reasons by reading in `stromgraph.replacement` (JSON, for the next such statement).
 */
CREATE FUNCTION metering.keep_replaced_readings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp SET enable_nestloop = off AS $$
DECLARE
  told jsonb := coalesce(nullif(current_setting('stromgraph.replacement', true), ''), '{}');
  fault record;
BEGIN
  PERFORM set_config('stromgraph.replacement', '', true);
  IF EXISTS (SELECT FROM after a LEFT JOIN before b ON b.id = a.id WHERE (b.meter_id, b.register_id, b.contract_id, b.customer_id, b.read_at)
    IS DISTINCT FROM (a.meter_id, a.register_id, a.contract_id, a.customer_id, a.read_at)) THEN
    RAISE EXCEPTION 'a reading keeps its register, contract and instant' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'readings_keep_their_place';
  END IF;
  SELECT b.id, b.quality AS known, a.quality AS next INTO fault
  FROM before b JOIN after a ON a.id = b.id LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (reading_id uuid, reason text) ON r.reading_id = b.id
  WHERE a IS DISTINCT FROM b AND (a.quality = 'PROVISIONAL' OR coalesce(r.reason, '') = '' AND (a.quality = 'SUBSTITUTED' OR b.quality = 'MEASURED')) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% may not become %: reading %', fault.known, fault.next, fault.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_are_replaced_by_the_matrix', HINT = 'nothing becomes provisional; a substitute, and what replaces a measured reading, needs a reason';
  END IF;
  INSERT INTO metering.reading_superseded (reading_id, watt_hours, quality, known_from, known_until, cause)
  SELECT b.id, b.watt_hours, b.quality, b.imported_at, a.imported_at, coalesce(r.reason, b.quality || ' became ' || a.quality)
  FROM before b JOIN after a ON a.id = b.id LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (reading_id uuid, reason text) ON r.reading_id = b.id
  WHERE a IS DISTINCT FROM b ORDER BY 1;
  RETURN NULL;
END $$;
CREATE TRIGGER replaced_readings_are_kept AFTER UPDATE ON metering.reading REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION metering.keep_replaced_readings();

-- The market's current value per register and start, a partition per Berlin month.
CREATE TABLE metering.interval (
  start_at timestamptz NOT NULL,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  known_from timestamptz NOT NULL,
  register_id integer NOT NULL,
  status metering.value_status NOT NULL,
  minutes smallint NOT NULL CHECK (minutes IN (15, 30, 60)),
  PRIMARY KEY (register_id, start_at),
  CONSTRAINT intervals_start_on_their_grid CHECK (
    CASE minutes WHEN 15 THEN date_bin('15 minutes', start_at, 'epoch') WHEN 30 THEN date_bin('30 minutes', start_at, 'epoch') ELSE date_bin('1 hour', start_at, 'epoch') END = start_at)
) PARTITION BY RANGE (start_at);
/*
 * In place of foreign keys, once per statement and register (a check per row would halve the speed of ingest): values have a register of their
 * length, whose meter hung at a location of a contract of ours at that time, and are over. The registers are held, so that nobody takes the
 * place away meanwhile. What a register has in a statement mostly lies within one time; only if not, its rows are looked at. Never a scan
 * of a whole table: a plan made when it was small is kept.
 */
CREATE FUNCTION metering.refuse_intervals_without_a_place() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
BEGIN
  PERFORM FROM metering.meter_register WHERE id = ANY (ARRAY(SELECT DISTINCT register_id FROM fresh)) ORDER BY id FOR NO KEY UPDATE;
  SELECT f.*, r.interval_minutes IS DISTINCT FROM f.minutes AS misfits, f.until > platform.business_now() AS goes_on INTO refused
  FROM (SELECT register_id, minutes, min(start_at) AS first, max(start_at) + minutes * interval '1 minute' AS until FROM fresh GROUP BY 1, 2) f
  LEFT JOIN LATERAL (SELECT meter_id, interval_minutes FROM metering.meter_register WHERE id = f.register_id LIMIT 1) r ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(range_agg(tstzrange(i.from_at, i.until_at) * tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')), '{}') AS times
    FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id WHERE i.meter_id = r.meter_id) place
  WHERE r.interval_minutes IS DISTINCT FROM f.minutes OR f.until > platform.business_now() OR NOT tstzrange(f.first, f.until) <@ place.times AND EXISTS (
    SELECT FROM fresh x WHERE x.register_id = f.register_id AND NOT tstzrange(x.start_at, x.start_at + x.minutes * interval '1 minute') <@ place.times)
  LIMIT 1;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF refused.misfits THEN
    RAISE EXCEPTION 'an interval needs a register of its length' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_fit_their_register';
  ELSIF refused.goes_on THEN
    RAISE EXCEPTION 'an interval of register % is not over before %', refused.register_id, refused.until USING ERRCODE = 'check_violation', CONSTRAINT = 'intervals_are_over';
  END IF;
  RAISE EXCEPTION 'the meter of register % hung at no contract of ours at some time from % to %', refused.register_id, refused.first, refused.until
    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_have_a_place';
END $$;
CREATE TRIGGER intervals_have_a_place AFTER INSERT ON metering.interval REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_intervals_without_a_place();
CREATE TRIGGER intervals_stay BEFORE DELETE ON metering.interval FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER intervals_are_never_emptied BEFORE TRUNCATE ON metering.interval FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE FUNCTION metering.refuse_change_of_interval_length() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'register % has intervals of % minutes', OLD.id, OLD.interval_minutes USING ERRCODE = 'restrict_violation', CONSTRAINT = 'interval_lengths_stay';
END $$;
CREATE TRIGGER interval_lengths_stay BEFORE UPDATE OF interval_minutes ON metering.meter_register
  FOR EACH ROW WHEN (OLD.interval_minutes IS NOT NULL AND NEW.interval_minutes IS DISTINCT FROM OLD.interval_minutes)
  EXECUTE FUNCTION metering.refuse_change_of_interval_length();

/* Makes the partitions of the months from `first` to `last`, both included; answers how many were new. */
CREATE FUNCTION metering.ensure_interval_partitions(first date, last date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  month date := date_trunc('month', first);
  made integer := 0;
BEGIN
  IF last > first + interval '10 years' THEN RAISE EXCEPTION 'at most ten years at a time' USING ERRCODE = 'invalid_parameter_value'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('metering.interval partitions', 0));
  WHILE month <= last LOOP
    IF to_regclass(format('metering.interval_%s', to_char(month, 'YYYYMM'))) IS NULL THEN
      EXECUTE format('CREATE TABLE metering.interval_%s PARTITION OF metering.interval FOR VALUES FROM (%L) TO (%L)', to_char(month, 'YYYYMM'),
        month::timestamp AT TIME ZONE 'Europe/Berlin', (month + interval '1 month')::timestamp AT TIME ZONE 'Europe/Berlin');
      -- Rows are reached through the parent only, where policies and triggers are.
      EXECUTE format('REVOKE ALL ON metering.interval_%s FROM stromgraph_metering, stromgraph_metering_own', to_char(month, 'YYYYMM'));
      EXECUTE format('CREATE TRIGGER intervals_are_never_emptied BEFORE TRUNCATE ON metering.interval_%s FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()', to_char(month, 'YYYYMM'));
      made := made + 1;
    END IF;
    month := month + interval '1 month';
  END LOOP;
  RETURN made;
END $$;

-- What an interval's value was before it was replaced; as-of queries read it.
CREATE TABLE metering.interval_superseded (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  start_at timestamptz NOT NULL,
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  status metering.value_status NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz NOT NULL CHECK (known_until >= known_from),
  cause text NOT NULL CHECK (cause <> ''),
  batch_id uuid REFERENCES metering.batch
);
CREATE INDEX interval_superseded_by_start ON metering.interval_superseded (register_id, start_at);

/*
 * Nothing takes the place of a value but by the matrix of replacements (WiM part 2), and the database itself keeps what was: once per
 * statement. Whoever replaces says in `stromgraph.replacement` (JSON, for the next such statement) the batch and the reasons by value;
 * a provisional or substitute value needs none to become true.
 */
/* No nested loops: a plan made for a few rows is kept, and would be quadratic for many. */
CREATE FUNCTION metering.keep_replaced_values() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = metering, pg_temp SET enable_nestloop = off AS $$
DECLARE
  told jsonb := coalesce(nullif(current_setting('stromgraph.replacement', true), ''), '{}');
  fault record;
BEGIN
  PERFORM set_config('stromgraph.replacement', '', true);
  IF EXISTS (SELECT FROM after a LEFT JOIN before b ON b.register_id = a.register_id AND b.start_at = a.start_at WHERE b.minutes IS DISTINCT FROM a.minutes) THEN
    RAISE EXCEPTION 'a value keeps its register, start and length' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'values_keep_their_place';
  END IF;
  SELECT b.register_id, b.start_at, b.status AS known, a.status AS next INTO fault
  FROM before b JOIN after a ON a.register_id = b.register_id AND a.start_at = b.start_at
  LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (register_id int, start_at timestamptz, reason text) ON r.register_id = b.register_id AND r.start_at = b.start_at
  WHERE (a.watt_hours, a.status, a.known_from) IS DISTINCT FROM (b.watt_hours, b.status, b.known_from)
    AND (a.status = 'PROVISIONAL' OR coalesce(r.reason, '') = '' AND (a.status = 'SUBSTITUTE' OR b.status = 'TRUE')) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% may not become % at % of register %', fault.known, fault.next, fault.start_at, fault.register_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'values_are_replaced_by_the_matrix', HINT = 'nothing becomes provisional; a substitute, and what replaces a true value, needs a reason';
  END IF;
  INSERT INTO metering.interval_superseded (register_id, start_at, watt_hours, status, known_from, known_until, cause, batch_id)
  SELECT b.register_id, b.start_at, b.watt_hours, b.status, b.known_from, a.known_from, coalesce(r.reason, b.status || ' became ' || a.status), (told ->> 'batchId')::uuid
  FROM before b JOIN after a ON a.register_id = b.register_id AND a.start_at = b.start_at
  LEFT JOIN jsonb_to_recordset(told -> 'reasons') AS r (register_id int, start_at timestamptz, reason text) ON r.register_id = b.register_id AND r.start_at = b.start_at
  WHERE (a.watt_hours, a.status, a.known_from) IS DISTINCT FROM (b.watt_hours, b.status, b.known_from) ORDER BY 1, 2;
  RETURN NULL;
END $$;
CREATE TRIGGER replaced_values_are_kept AFTER UPDATE ON metering.interval REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION metering.keep_replaced_values();

-- Our working value, only where it differs from the market's.
CREATE TABLE metering.interval_working (
  register_id integer NOT NULL REFERENCES metering.meter_register,
  start_at timestamptz NOT NULL CHECK (date_bin('15 minutes', start_at, 'epoch') = start_at),
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  /* How a substitute was formed, and why. */
  method text NOT NULL CHECK (method <> ''),
  reason text NOT NULL CHECK (reason <> ''),
  set_at timestamptz NOT NULL,
  set_by text NOT NULL,
  PRIMARY KEY (register_id, start_at)
);

-- What the measure of a rule about stored values means: above which it warns, above which it keeps a day from being billed. Data: a retailer sets its own.
CREATE TABLE metering.vee_rule (
  rule text PRIMARY KEY CHECK (rule ~ '^R(0[1-9]|1[0-6])(_HIGH|_LOW)?$'),
  measure text NOT NULL CHECK (measure <> ''),
  warns_above numeric CHECK (warns_above >= 0),
  blocks_above numeric CHECK (blocks_above >= 0),
  CONSTRAINT rules_warn_before_they_block CHECK (warns_above <= blocks_above)
);
INSERT INTO metering.vee_rule VALUES
  ('R01', 'minutes of a day that is over without a value', 0, 0),
  ('R04', 'highest interval in percent of the third highest, above 4 kW', 180, 1000),
  ('R05', 'hours without any use', 12, NULL),
  ('R10_HIGH', 'times the expected use of a day', 3, 20),
  ('R10_LOW', 'times less than the expected use of a day', 5, NULL),
  ('R11', 'kilowatts in one interval', 43, 100);

-- Which rule flagged which value, what was done, by whom.
CREATE TABLE metering.vee_result (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  /* Null when the finding is about a whole day or series. */
  start_at timestamptz,
  rule text NOT NULL CHECK (rule ~ '^R(0[1-9]|1[0-6])(_HIGH|_LOW)?$'),
  severity text NOT NULL CHECK (severity IN ('ERROR', 'WARNING')),
  action text NOT NULL CHECK (action IN ('REJECTED', 'FLAGGED', 'ESTIMATED', 'RELEASED')),
  detail text NOT NULL,
  batch_id uuid REFERENCES metering.batch,
  decided_at timestamptz NOT NULL,
  decided_by text NOT NULL,
  /* Of a finding about stored values: the Berlin day in the version that was looked at, and what was measured. A release holds for the version that it makes. */
  day date,
  day_version integer CHECK (day_version > 0),
  measure numeric,
  CONSTRAINT a_day_has_its_version CHECK ((day IS NULL) = (day_version IS NULL)),
  CONSTRAINT releases_are_of_a_day CHECK (action <> 'RELEASED' OR day IS NOT NULL),
  CONSTRAINT a_day_is_found_once UNIQUE (register_id, day, day_version, rule, action)
);
CREATE INDEX vee_result_by_register ON metering.vee_result (register_id, start_at);

-- Sums of a register's intervals, kept up to date by ingest.
CREATE TABLE metering.usage_daily (
  register_id integer NOT NULL REFERENCES metering.meter_register,
  day date NOT NULL,
  contract_id uuid NOT NULL REFERENCES metering.supply,
  customer_id uuid NOT NULL,
  minutes smallint NOT NULL CHECK (minutes IN (15, 30, 60)),
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  known_values integer NOT NULL CHECK (known_values > 0),
  expected_values integer NOT NULL,
  substitute_values integer NOT NULL CHECK (substitute_values >= 0),
  provisional_values integer NOT NULL CHECK (provisional_values >= 0),
  version integer NOT NULL CHECK (version > 0),
  known_at timestamptz NOT NULL,
  PRIMARY KEY (register_id, day),
  CONSTRAINT days_have_the_hours_of_the_calendar CHECK (expected_values = metering.quarter_hours_of(day) * 15 / minutes),
  CONSTRAINT days_hold_no_more_than_they_have CHECK (known_values <= expected_values AND substitute_values + provisional_values <= known_values)
);
CREATE INDEX usage_daily_by_contract ON metering.usage_daily (contract_id, day);
CREATE TABLE metering.usage_monthly (
  register_id integer NOT NULL REFERENCES metering.meter_register,
  month date NOT NULL CHECK (date_trunc('month', month) = month),
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  known_values integer NOT NULL CHECK (known_values > 0),
  PRIMARY KEY (register_id, month)
);

/* Days from `first` to before `last` whose kept sums are not those of their intervals: none, or something wrote past ingest. Too dear for every write. */
CREATE FUNCTION metering.usage_faults(first date, last date)
RETURNS TABLE (register_id integer, day date, summed_watt_hours bigint, kept_watt_hours bigint, summed_values integer, kept_values integer) LANGUAGE sql STABLE AS $$
  WITH summed AS (
    SELECT i.register_id, (i.start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(i.watt_hours)::bigint AS watt_hours, count(*)::integer AS known,
      (count(*) FILTER (WHERE i.status = 'SUBSTITUTE'))::integer AS substitute, (count(*) FILTER (WHERE i.status = 'PROVISIONAL'))::integer AS provisional
    FROM metering.interval i
    WHERE i.start_at >= first::timestamp AT TIME ZONE 'Europe/Berlin' AND i.start_at < last::timestamp AT TIME ZONE 'Europe/Berlin' GROUP BY 1, 2
  ), kept AS (
    SELECT d.* FROM metering.usage_daily d WHERE d.day >= first AND d.day < last
  )
  SELECT coalesce(s.register_id, k.register_id), coalesce(s.day, k.day), s.watt_hours, k.watt_hours, s.known, k.known_values
  FROM summed s FULL JOIN kept k ON k.register_id = s.register_id AND k.day = s.day
  WHERE (s.watt_hours, s.known, s.substitute, s.provisional) IS DISTINCT FROM (k.watt_hours, k.known_values, k.substitute_values, k.provisional_values)
  ORDER BY 1, 2
$$;

/* A meter's place and time stay as long as values lie in them. Its registers are held, so that no batch stores values meanwhile. */
CREATE FUNCTION metering.refuse_values_without_a_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  lost tstzmultirange;
BEGIN
  PERFORM FROM metering.meter_register r WHERE r.meter_id = OLD.meter_id ORDER BY r.id FOR NO KEY UPDATE;
  lost := tstzmultirange(tstzrange(OLD.from_at, OLD.until_at)) - coalesce(
    (SELECT range_agg(tstzrange(i.from_at, i.until_at)) FROM metering.installation i WHERE i.meter_id = OLD.meter_id AND i.malo_id = OLD.malo_id), '{}');
  IF isempty(lost) THEN RETURN NULL; END IF;
  IF EXISTS (
    SELECT FROM metering.meter_register r JOIN metering.interval i ON i.register_id = r.id
    WHERE r.meter_id = OLD.meter_id AND i.start_at > lower(lost) - interval '1 hour' AND (upper_inf(lost) OR i.start_at < upper(lost))
      AND tstzrange(i.start_at, i.start_at + i.minutes * interval '1 minute') && lost
  ) OR EXISTS (
    SELECT FROM metering.reading r
    WHERE r.meter_id = OLD.meter_id AND r.read_at >= OLD.from_at AND (OLD.until_at IS NULL OR r.read_at <= OLD.until_at) AND NOT metering.has_its_contract(r)
  ) THEN
    RAISE EXCEPTION 'meter % has values at % that would have no place', OLD.meter_id, OLD.malo_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'installations_hold_their_values';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER installations_hold_their_values AFTER UPDATE OR DELETE ON metering.installation DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION metering.refuse_values_without_a_place();
/* A contract keeps its customer and place once it has values, and none of them may come to lie outside its time. */
CREATE FUNCTION metering.refuse_values_without_a_contract() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM metering.meter_register r JOIN metering.installation i ON i.meter_id = r.meter_id WHERE i.malo_id = OLD.malo_id ORDER BY r.id FOR NO KEY UPDATE OF r;
  IF EXISTS (SELECT FROM metering.reading r WHERE r.contract_id = OLD.contract_id AND NOT metering.has_its_contract(r)) OR EXISTS (
    SELECT FROM metering.usage_daily d LEFT JOIN metering.supply s ON s.contract_id = d.contract_id AND s.customer_id = d.customer_id AND s.malo_id = OLD.malo_id
      AND s.market_location_id = OLD.market_location_id AND s.start_on <= d.day AND (s.end_on IS NULL OR d.day < s.end_on)
    WHERE d.contract_id = OLD.contract_id AND s.contract_id IS NULL) THEN
    RAISE EXCEPTION 'contract % has values of its customer, place and time', OLD.contract_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'contracts_hold_their_values';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contracts_hold_their_values AFTER UPDATE ON metering.supply DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION metering.refuse_values_without_a_contract();

-- What a delivery, an exchange and a sum were. A sum changes by a new version only.
CREATE FUNCTION metering.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '%.% keeps what it was', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER meters_keep_their_number BEFORE UPDATE ON metering.meter FOR EACH ROW
  WHEN ((NEW.id, NEW.meter_number, NEW.registered_at) IS DISTINCT FROM (OLD.id, OLD.meter_number, OLD.registered_at)) EXECUTE FUNCTION metering.refuse_rewriting();
CREATE TRIGGER deliveries_stay_as_they_ended BEFORE UPDATE ON metering.batch FOR EACH ROW
  WHEN (OLD.state <> 'STORING' OR (NEW.id, NEW.source, NEW.actor, NEW.received_at) IS DISTINCT FROM (OLD.id, OLD.source, OLD.actor, OLD.received_at)
    OR NEW.accepted < OLD.accepted OR NEW.unchanged < OLD.unchanged OR NEW.rejected < OLD.rejected) EXECUTE FUNCTION metering.refuse_rewriting();
CREATE TRIGGER sums_change_by_versions BEFORE UPDATE ON metering.usage_daily FOR EACH ROW
  WHEN ((NEW.register_id, NEW.day, NEW.minutes) IS DISTINCT FROM (OLD.register_id, OLD.day, OLD.minutes) OR NEW.version <> OLD.version + 1 OR NEW.known_at < OLD.known_at)
  EXECUTE FUNCTION metering.refuse_rewriting();
CREATE TRIGGER exchanges_never_change BEFORE UPDATE OR DELETE ON metering.meter_exchange FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER exchanges_stay BEFORE TRUNCATE ON metering.meter_exchange FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_values_never_change BEFORE UPDATE OR DELETE ON metering.interval_superseded FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_values_stay BEFORE TRUNCATE ON metering.interval_superseded FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_readings_never_change BEFORE UPDATE OR DELETE ON metering.reading_superseded FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER superseded_readings_stay BEFORE TRUNCATE ON metering.reading_superseded FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER findings_never_change BEFORE UPDATE OR DELETE ON metering.vee_result FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER findings_stay BEFORE TRUNCATE ON metering.vee_result FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON metering.interval_superseded, metering.reading_superseded, metering.vee_result, metering.rejection FROM stromgraph_metering;
-- Their only writers are the triggers that keep what is replaced.
REVOKE INSERT ON metering.interval_superseded, metering.reading_superseded FROM stromgraph_metering;
REVOKE UPDATE ON metering.meter_exchange FROM stromgraph_metering;
REVOKE DELETE, TRUNCATE ON metering.interval, metering.reading, metering.meter, metering.meter_register, metering.installation, metering.meter_exchange,
  metering.supply, metering.batch, metering.usage_daily, metering.usage_monthly FROM stromgraph_metering;

-- Customers see what was measured for their own contracts, in the time of their contracts.
ALTER TABLE metering.supply ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.supply FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.supply TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.supply FOR SELECT TO stromgraph_metering_own USING (customer_id = platform.own_customer());
ALTER TABLE metering.installation ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.installation FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.installation TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.installation FOR SELECT TO stromgraph_metering_own USING (EXISTS (
  SELECT 1 FROM metering.supply s WHERE s.malo_id = installation.malo_id AND tstzrange(installation.from_at, installation.until_at) &&
    tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')));
ALTER TABLE metering.meter ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.meter FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.meter TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.meter FOR SELECT TO stromgraph_metering_own USING (EXISTS (SELECT 1 FROM metering.installation i WHERE i.meter_id = meter.id));
ALTER TABLE metering.meter_register ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.meter_register FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.meter_register TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.meter_register FOR SELECT TO stromgraph_metering_own USING (EXISTS (SELECT 1 FROM metering.installation i WHERE i.meter_id = meter_register.meter_id));
ALTER TABLE metering.reading ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.reading FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.reading TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.reading FOR SELECT TO stromgraph_metering_own USING (customer_id = platform.own_customer());
ALTER TABLE metering.usage_daily ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.usage_daily FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.usage_daily TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.usage_daily FOR SELECT TO stromgraph_metering_own USING (customer_id = platform.own_customer());
ALTER TABLE metering.interval ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.interval FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.interval TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.interval FOR SELECT TO stromgraph_metering_own USING (EXISTS (
  SELECT 1 FROM metering.usage_daily d WHERE d.register_id = interval.register_id AND d.day = (interval.start_at AT TIME ZONE 'Europe/Berlin')::date));
GRANT SELECT ON metering.supply, metering.installation, metering.meter, metering.meter_register, metering.reading, metering.usage_daily, metering.interval
  TO stromgraph_metering_own;

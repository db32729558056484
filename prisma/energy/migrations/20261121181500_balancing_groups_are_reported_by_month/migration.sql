-- What we found a balancing group to have used in a grid area and month, what the market found, and what is cleared between the two.
CREATE FUNCTION energy.quarter_hours_of_month(month date) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM (month + interval '1 month') AT TIME ZONE 'Europe/Berlin' - month::timestamp AT TIME ZONE 'Europe/Berlin') / 900)::integer
$$;
CREATE TABLE energy.mabis_report (
  id uuid PRIMARY KEY,
  balancing_group_id uuid NOT NULL REFERENCES energy.balancing_group,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  month date NOT NULL CONSTRAINT reports_are_of_a_month CHECK (extract(day FROM month) = 1),
  version integer NOT NULL CHECK (version > 0),
  deadline_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'PREPARED' CHECK (status IN ('PREPARED', 'SENT', 'REJECTED')),
  /* Per quarter hour: customers read by the quarter hour; customers balanced on their load profile. */
  measured_watt_hours bigint[] NOT NULL,
  profiled_watt_hours bigint[] NOT NULL,
  /* Days of customers read by the quarter hour for which something is not known. */
  missing_days integer NOT NULL CHECK (missing_days >= 0),
  made_at timestamptz NOT NULL,
  sent_at timestamptz CHECK (sent_at >= made_at),
  /* Why it was refused. */
  reason text CHECK (length(reason) BETWEEN 1 AND 2000),
  UNIQUE (balancing_group_id, grid_area_id, month, version),
  CONSTRAINT reports_have_the_months_quarter_hours CHECK (cardinality(measured_watt_hours) = energy.quarter_hours_of_month(month) AND cardinality(profiled_watt_hours) = energy.quarter_hours_of_month(month)),
  CONSTRAINT reports_have_no_sign CHECK (0 <= ALL (measured_watt_hours) AND 0 <= ALL (profiled_watt_hours) AND array_position(measured_watt_hours, NULL) IS NULL AND array_position(profiled_watt_hours, NULL) IS NULL),
  CONSTRAINT months_are_over_when_reported CHECK (made_at >= (month + interval '1 month') AT TIME ZONE 'Europe/Berlin'),
  CONSTRAINT sent_reports_have_their_time CHECK ((status = 'PREPARED') <= (sent_at IS NULL) AND (status <> 'SENT' OR sent_at IS NOT NULL)),
  CONSTRAINT refused_reports_have_a_reason CHECK ((status = 'REJECTED') = (reason IS NOT NULL))
);
CREATE INDEX mabis_report_by_month ON energy.mabis_report (month DESC, balancing_group_id, grid_area_id, version DESC);
CREATE FUNCTION energy.refuse_wrong_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'PREPARED' OR NEW.version <> 1 + coalesce((SELECT max(version) FROM energy.mabis_report WHERE balancing_group_id = NEW.balancing_group_id AND grid_area_id = NEW.grid_area_id AND month = NEW.month), 0) THEN
      RAISE EXCEPTION 'version % does not follow the last one of %', NEW.version, NEW.month USING ERRCODE = 'check_violation', CONSTRAINT = 'report_versions_follow_one_another';
    END IF;
  ELSIF to_jsonb(NEW) - '{status,sent_at,reason}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{status,sent_at,reason}'::text[] THEN
    RAISE EXCEPTION 'report % stays as it was made', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reports_stay_as_made';
  ELSIF NOT (OLD.status, NEW.status) IN (('PREPARED', 'SENT'), ('PREPARED', 'REJECTED'), ('SENT', 'REJECTED'), ('REJECTED', 'SENT')) THEN
    RAISE EXCEPTION 'report % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_states_follow_one_another';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER report_states_follow_one_another BEFORE INSERT OR UPDATE ON energy.mabis_report FOR EACH ROW EXECUTE FUNCTION energy.refuse_wrong_report();
CREATE TRIGGER reports_are_kept BEFORE DELETE ON energy.mabis_report FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER reports_stay BEFORE TRUNCATE ON energy.mabis_report FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- The market's sum; of two the one that was formed later holds.
CREATE TABLE energy.market_sum (
  balancing_group_id uuid NOT NULL REFERENCES energy.balancing_group,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  month date NOT NULL CONSTRAINT sums_are_of_a_month CHECK (extract(day FROM month) = 1),
  kind text NOT NULL CHECK (kind IN ('MEASURED', 'PROFILE')),
  formed_at timestamptz NOT NULL,
  watt_hours bigint[] NOT NULL CONSTRAINT sums_have_no_sign CHECK (0 <= ALL (watt_hours) AND array_position(watt_hours, NULL) IS NULL),
  received_at timestamptz NOT NULL,
  PRIMARY KEY (balancing_group_id, grid_area_id, month, kind, formed_at),
  CONSTRAINT sums_have_the_months_quarter_hours CHECK (cardinality(watt_hours) = energy.quarter_hours_of_month(month))
);
CREATE TRIGGER sums_never_change BEFORE UPDATE OR DELETE ON energy.market_sum FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER sums_stay BEFORE TRUNCATE ON energy.market_sum FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Where the two differ: one case stands for each sum, with the newest of both, until they agree or somebody closes it.
CREATE TABLE energy.clearing_case (
  id uuid PRIMARY KEY,
  balancing_group_id uuid NOT NULL,
  grid_area_id uuid NOT NULL,
  month date NOT NULL,
  kind text NOT NULL CHECK (kind IN ('MEASURED', 'PROFILE')),
  status text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'RESOLVED', 'CLOSED')),
  report_version integer NOT NULL,
  formed_at timestamptz NOT NULL,
  quarter_hours integer NOT NULL CHECK (quarter_hours > 0),
  /* The market's less ours; and without signs. */
  difference_watt_hours bigint NOT NULL,
  deviation_watt_hours bigint NOT NULL CHECK (deviation_watt_hours >= greatest(abs(difference_watt_hours), 1)),
  opened_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= opened_at),
  closed_by text CHECK (length(closed_by) BETWEEN 1 AND 200),
  reason text CHECK (length(reason) BETWEEN 1 AND 500),
  CONSTRAINT cases_compare_a_report FOREIGN KEY (balancing_group_id, grid_area_id, month, report_version) REFERENCES energy.mabis_report (balancing_group_id, grid_area_id, month, version),
  CONSTRAINT cases_compare_a_sum FOREIGN KEY (balancing_group_id, grid_area_id, month, kind, formed_at) REFERENCES energy.market_sum (balancing_group_id, grid_area_id, month, kind, formed_at),
  CONSTRAINT ended_cases_have_their_time CHECK ((status = 'OPEN') = (ended_at IS NULL)),
  CONSTRAINT cases_are_closed_by_somebody_for_a_reason CHECK ((status = 'CLOSED') = (closed_by IS NOT NULL) AND (status = 'CLOSED') = (reason IS NOT NULL))
);
CREATE UNIQUE INDEX one_case_stands ON energy.clearing_case (balancing_group_id, grid_area_id, month, kind) WHERE status = 'OPEN';
CREATE INDEX clearing_case_by_time ON energy.clearing_case (opened_at DESC, id DESC);
CREATE FUNCTION energy.refuse_other_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'OPEN' THEN
      RAISE EXCEPTION 'a case begins open' USING ERRCODE = 'check_violation', CONSTRAINT = 'cases_begin_open';
    END IF;
  ELSIF OLD.status <> 'OPEN' OR (NEW.id, NEW.balancing_group_id, NEW.grid_area_id, NEW.month, NEW.kind, NEW.opened_at) IS DISTINCT FROM (OLD.id, OLD.balancing_group_id, OLD.grid_area_id, OLD.month, OLD.kind, OLD.opened_at)
    OR NEW.report_version < OLD.report_version OR NEW.formed_at < OLD.formed_at THEN
    RAISE EXCEPTION 'case % stays as it is', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ended_cases_stay';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ended_cases_stay BEFORE INSERT OR UPDATE ON energy.clearing_case FOR EACH ROW EXECUTE FUNCTION energy.refuse_other_case();
CREATE TRIGGER cases_are_kept BEFORE DELETE ON energy.clearing_case FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER cases_stay BEFORE TRUNCATE ON energy.clearing_case FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON energy.market_sum FROM stromgraph_energy;
REVOKE DELETE, TRUNCATE ON energy.mabis_report, energy.clearing_case FROM stromgraph_energy;

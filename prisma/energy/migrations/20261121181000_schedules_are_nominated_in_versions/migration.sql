-- What a balancing group says it will draw and trade, day by day: versions that never change, and what became of each.

CREATE FUNCTION energy.is_eic(code text, kind text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT code ~ '^[A-Z0-9-]{15}[A-Z0-9]$' AND substr(code, 3, 1) = kind AND strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(code, 16, 1)) - 1 =
    36 - ((SELECT sum((strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-', substr(code, nth, 1)) - 1) * (17 - nth)) FROM generate_series(1, 15) nth) - 1) % 37
$$;
/* A schedule is in megawatts with three decimals: 250 Wh in a quarter hour are a kilowatt. */
CREATE FUNCTION energy.are_whole_kilowatts(watt_hours bigint[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(bool_and(w IS NOT NULL AND w % 250 = 0), false) FROM unnest(watt_hours) w
$$;

CREATE TABLE energy.balancing_group (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE CONSTRAINT balancing_groups_have_an_eic CHECK (energy.is_eic(code, 'X')),
  /* The market codes of who answers for it (we) and of who settles it (the transmission system operator). */
  responsible_code text NOT NULL CHECK (responsible_code ~ '^[0-9]{13}$'),
  coordinator_code text NOT NULL CHECK (coordinator_code ~ '^[0-9]{13}$'),
  /* In it are all areas that are in no other. */
  takes_the_rest boolean NOT NULL,
  opened_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_group_takes_the_rest ON energy.balancing_group (takes_the_rest) WHERE takes_the_rest;
CREATE TABLE energy.balancing_group_area (
  balancing_group_id uuid NOT NULL REFERENCES energy.balancing_group,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  from_day date NOT NULL,
  until_day date CHECK (until_day > from_day),
  assigned_at timestamptz NOT NULL,
  assigned_by text NOT NULL,
  PRIMARY KEY (grid_area_id, from_day),
  CONSTRAINT an_area_is_in_one_group EXCLUDE USING gist (grid_area_id WITH =, daterange(from_day, until_day) WITH &&)
);
CREATE FUNCTION energy.refuse_other_membership() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'area % was in its group from %', OLD.grid_area_id, OLD.from_day USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
/* It may end, once. */
CREATE TRIGGER memberships_stay BEFORE UPDATE ON energy.balancing_group_area FOR EACH ROW
  WHEN (to_jsonb(NEW) - 'until_day' IS DISTINCT FROM to_jsonb(OLD) - 'until_day' OR OLD.until_day IS NOT NULL) EXECUTE FUNCTION energy.refuse_other_membership();

CREATE TABLE energy.nomination (
  id uuid PRIMARY KEY,
  balancing_group_id uuid NOT NULL REFERENCES energy.balancing_group,
  delivery_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  path text NOT NULL CHECK (path IN ('DAY_AHEAD', 'INTRADAY')),
  deadline_at timestamptz NOT NULL CONSTRAINT the_deadline_is_half_past_two_of_the_day_before
    CHECK (deadline_at = (delivery_day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin'),
  status text NOT NULL DEFAULT 'PREPARED' CHECK (status IN ('PREPARED', 'SENT', 'ACCEPTED', 'REJECTED')),
  /* Per quarter hour: bought less sold, which the market compares with what was used; and what was expected to be used. */
  net_watt_hours bigint[] NOT NULL,
  consumption_watt_hours bigint[] NOT NULL,
  made_at timestamptz NOT NULL,
  made_by text NOT NULL CHECK (length(made_by) BETWEEN 1 AND 200),
  sent_at timestamptz CHECK (sent_at >= made_at),
  answered_at timestamptz CHECK (answered_at >= made_at),
  /* Why it was refused. */
  reason text CHECK (length(reason) BETWEEN 1 AND 2000),
  UNIQUE (balancing_group_id, delivery_day, version),
  CONSTRAINT late_schedules_are_intraday CHECK ((path = 'DAY_AHEAD') = (made_at <= deadline_at)),
  CONSTRAINT schedules_have_the_days_quarter_hours CHECK (cardinality(net_watt_hours) = energy.quarter_hours_of(delivery_day) AND cardinality(consumption_watt_hours) = energy.quarter_hours_of(delivery_day)),
  CONSTRAINT schedules_are_in_kilowatts CHECK (energy.are_whole_kilowatts(net_watt_hours) AND energy.are_whole_kilowatts(consumption_watt_hours)),
  CONSTRAINT nobody_uses_less_than_nothing CHECK (0 <= ALL (consumption_watt_hours)),
  CONSTRAINT answers_have_their_time CHECK ((status IN ('ACCEPTED', 'REJECTED')) = (answered_at IS NOT NULL) AND (status <> 'SENT' OR sent_at IS NOT NULL) AND (status <> 'PREPARED' OR sent_at IS NULL)),
  CONSTRAINT refusals_have_a_reason CHECK ((status = 'REJECTED') = (reason IS NOT NULL))
);
CREATE INDEX nomination_by_day ON energy.nomination (delivery_day, balancing_group_id, version DESC);
-- What is bought and sold, by counterparty; together it is the net of the schedule.
CREATE TABLE energy.nomination_series (
  nomination_id uuid NOT NULL REFERENCES energy.nomination,
  side text NOT NULL CHECK (side IN ('BUY', 'SELL')),
  counterparty text NOT NULL CHECK (length(counterparty) BETWEEN 1 AND 200),
  watt_hours bigint[] NOT NULL,
  PRIMARY KEY (nomination_id, side, counterparty),
  CONSTRAINT series_are_in_kilowatts CHECK (energy.are_whole_kilowatts(watt_hours)),
  CONSTRAINT a_side_has_no_sign CHECK (0 <= ALL (watt_hours))
);
CREATE FUNCTION energy.refuse_wrong_nomination() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'PREPARED' THEN
      RAISE EXCEPTION 'a schedule begins as prepared' USING ERRCODE = 'check_violation', CONSTRAINT = 'schedules_begin_as_prepared';
    END IF;
    IF NEW.version <> 1 + coalesce((SELECT max(version) FROM energy.nomination WHERE balancing_group_id = NEW.balancing_group_id AND delivery_day = NEW.delivery_day), 0) THEN
      RAISE EXCEPTION 'version % does not follow the last one of %', NEW.version, NEW.delivery_day USING ERRCODE = 'check_violation', CONSTRAINT = 'schedule_versions_follow_one_another';
    END IF;
  ELSIF to_jsonb(NEW) - '{status,sent_at,answered_at,reason}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{status,sent_at,answered_at,reason}'::text[] THEN
    RAISE EXCEPTION 'schedule % stays as it was made', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'schedules_stay_as_made';
  /* An answer may overtake the acknowledgement; what was given up may have arrived all the same. */
  ELSIF NOT (OLD.status, NEW.status) IN (('PREPARED', 'SENT'), ('PREPARED', 'ACCEPTED'), ('PREPARED', 'REJECTED'), ('SENT', 'ACCEPTED'), ('SENT', 'REJECTED'), ('REJECTED', 'ACCEPTED')) THEN
    RAISE EXCEPTION 'schedule % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'restrict_violation', CONSTRAINT = 'schedule_states_follow_one_another';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER schedule_states_follow_one_another BEFORE INSERT OR UPDATE ON energy.nomination FOR EACH ROW EXECUTE FUNCTION energy.refuse_wrong_nomination();
CREATE TRIGGER schedules_are_kept BEFORE DELETE ON energy.nomination FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER schedules_stay BEFORE TRUNCATE ON energy.nomination FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER series_never_change BEFORE UPDATE OR DELETE ON energy.nomination_series FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER series_stay BEFORE TRUNCATE ON energy.nomination_series FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* At the end of its transaction, and for good, a schedule's net is what its series say. */
CREATE FUNCTION energy.refuse_schedule_that_its_series_do_not_make() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  about uuid := coalesce((to_jsonb(NEW) ->> 'nomination_id')::uuid, (to_jsonb(NEW) ->> 'id')::uuid);
BEGIN
  IF (SELECT n.net_watt_hours FROM energy.nomination n WHERE n.id = about) IS DISTINCT FROM (
    SELECT array_agg(coalesce(s.watt_hours, 0)::bigint ORDER BY q.nth) FROM energy.nomination n CROSS JOIN LATERAL generate_series(1, cardinality(n.net_watt_hours)) q (nth)
    LEFT JOIN (SELECT u.nth, sum(CASE s.side WHEN 'BUY' THEN u.w ELSE -u.w END) AS watt_hours FROM energy.nomination_series s CROSS JOIN LATERAL unnest(s.watt_hours) WITH ORDINALITY u (w, nth) WHERE s.nomination_id = about GROUP BY 1) s ON s.nth = q.nth
    WHERE n.id = about)
    OR EXISTS (SELECT FROM energy.nomination_series s JOIN energy.nomination n ON n.id = s.nomination_id WHERE s.nomination_id = about AND cardinality(s.watt_hours) <> cardinality(n.net_watt_hours)) THEN
    RAISE EXCEPTION 'schedule % is not the net of its series', about USING ERRCODE = 'check_violation', CONSTRAINT = 'schedules_are_the_net_of_their_series';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER schedules_are_the_net_of_their_series AFTER INSERT ON energy.nomination DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_schedule_that_its_series_do_not_make();
CREATE CONSTRAINT TRIGGER series_make_their_schedule AFTER INSERT ON energy.nomination_series DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_schedule_that_its_series_do_not_make();

REVOKE UPDATE, DELETE, TRUNCATE ON energy.nomination_series FROM stromgraph_energy;
REVOKE DELETE, TRUNCATE ON energy.nomination, energy.balancing_group, energy.balancing_group_area FROM stromgraph_energy;

-- What somebody should look at: raised by the domain, acknowledged by a person, cleared when its cause is gone.
CREATE TABLE energy.alert (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind ~ '^[A-Z]+(_[A-Z]+)*$'),
  /* What it is about, within its kind. */
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  severity text NOT NULL CHECK (severity IN ('WARNING', 'CRITICAL')),
  grid_area_id uuid REFERENCES energy.grid_area,
  /* The delivery period it is about. */
  from_at timestamptz,
  until_at timestamptz CHECK (until_at > from_at),
  message text NOT NULL CHECK (length(message) BETWEEN 1 AND 500),
  raised_at timestamptz NOT NULL,
  acknowledged_at timestamptz CHECK (acknowledged_at >= raised_at),
  acknowledged_by text,
  cleared_at timestamptz CHECK (cleared_at >= raised_at),
  CONSTRAINT alerts_are_acknowledged_by_somebody CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
  CONSTRAINT alerts_have_a_whole_period CHECK ((from_at IS NULL) = (until_at IS NULL))
);
/* One stands at a time for each thing, however often it is noticed. */
CREATE UNIQUE INDEX alert_stands_once ON energy.alert (kind, subject) WHERE cleared_at IS NULL;
CREATE INDEX alert_by_time ON energy.alert (raised_at, id);
/* What was raised stays as it was; it is acknowledged once and cleared once. */
CREATE FUNCTION energy.refuse_other_alert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'alert % stays as it was raised', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER alerts_stay_as_raised BEFORE UPDATE ON energy.alert FOR EACH ROW
  WHEN (to_jsonb(NEW) - '{acknowledged_at,acknowledged_by,cleared_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{acknowledged_at,acknowledged_by,cleared_at}'::text[]
    OR (OLD.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at, NEW.acknowledged_by) IS DISTINCT FROM (OLD.acknowledged_at, OLD.acknowledged_by))
    OR (OLD.cleared_at IS NOT NULL AND NEW.cleared_at IS DISTINCT FROM OLD.cleared_at))
  EXECUTE FUNCTION energy.refuse_other_alert();
REVOKE DELETE, TRUNCATE ON energy.alert FROM stromgraph_energy;

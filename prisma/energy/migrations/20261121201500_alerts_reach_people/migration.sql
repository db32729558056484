-- Alerts reach people: each is told to the pager until the pager has taken it, or it is given up and shows.

/* A row means that there is a pager. */
CREATE TABLE energy.pager (
  pager text PRIMARY KEY CHECK (pager IN ('PAGER')),
  /* What is less urgent than this is not paged. */
  least_severity text NOT NULL CHECK (least_severity IN ('WARNING', 'CRITICAL'))
);
CREATE TABLE energy.alert_page (
  id uuid PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES energy.alert,
  change text NOT NULL CHECK (change IN ('RAISED', 'CLEARED')),
  status text NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'SENT', 'DEAD')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 12),
  /* Of the last attempt that failed. */
  error text CHECK (length(error) BETWEEN 1 AND 500),
  made_at timestamptz NOT NULL,
  settled_at timestamptz CHECK (settled_at >= made_at),
  CONSTRAINT a_change_is_paged_once UNIQUE (alert_id, change),
  CONSTRAINT pages_are_settled_at_a_time CHECK ((status = 'WAITING') = (settled_at IS NULL)),
  CONSTRAINT pages_are_sent_by_an_attempt CHECK (status <> 'SENT' OR attempts > 0),
  CONSTRAINT pages_are_given_up_after_the_last_attempt CHECK ((status = 'DEAD') <= (attempts = 12 AND error IS NOT NULL))
);
CREATE INDEX alert_page_waiting ON energy.alert_page (made_at, id) WHERE status = 'WAITING';
CREATE INDEX alert_page_dead ON energy.alert_page (settled_at) WHERE status = 'DEAD';
/* What was to be told stays; attempts are only added, and what is settled is the last word. */
CREATE FUNCTION energy.refuse_other_page() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'page % stays as it was made and settled', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER pages_stay_as_settled BEFORE UPDATE ON energy.alert_page FOR EACH ROW
  WHEN (to_jsonb(NEW) - '{status,attempts,error,settled_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{status,attempts,error,settled_at}'::text[] OR OLD.status <> 'WAITING' OR NEW.attempts < OLD.attempts)
  EXECUTE FUNCTION energy.refuse_other_page();
REVOKE DELETE, TRUNCATE ON energy.alert_page FROM stromgraph_energy;
REVOKE TRUNCATE ON energy.pager FROM stromgraph_energy;

-- Who looks at a finding, and what was proposed in place of the values that it is about. Two people stand behind a value that was set by hand.
CREATE TABLE metering.vee_taken (
  finding_id bigint PRIMARY KEY REFERENCES metering.vee_result,
  taken_by_id text NOT NULL,
  taken_by text NOT NULL CHECK (taken_by <> ''),
  taken_at timestamptz NOT NULL
);
CREATE TABLE metering.vee_proposal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  finding_id bigint NOT NULL REFERENCES metering.vee_result,
  starts timestamptz[] NOT NULL,
  watt_hours bigint[] NOT NULL CHECK (0 <= ALL (watt_hours)),
  reason text NOT NULL CHECK (reason <> ''),
  proposed_by_id text NOT NULL,
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  approved_by_id text,
  approved_by text,
  approved_at timestamptz CHECK (approved_at >= proposed_at),
  CONSTRAINT proposals_have_a_value_per_interval CHECK (cardinality(starts) > 0 AND cardinality(starts) = cardinality(watt_hours)),
  CONSTRAINT two_people_stand_behind_a_value CHECK (approved_by_id <> proposed_by_id),
  CONSTRAINT approvals_are_whole CHECK ((approved_by_id IS NULL) = (approved_by IS NULL) AND (approved_by_id IS NULL) = (approved_at IS NULL))
);
CREATE INDEX vee_proposal_by_finding ON metering.vee_proposal (finding_id, id);
/* A proposal is approved once and says what it said. */
CREATE TRIGGER proposals_are_approved_once BEFORE UPDATE ON metering.vee_proposal FOR EACH ROW
  WHEN (OLD.approved_at IS NOT NULL OR (NEW.id, NEW.finding_id, NEW.starts, NEW.watt_hours, NEW.reason, NEW.proposed_by_id, NEW.proposed_by, NEW.proposed_at)
    IS DISTINCT FROM (OLD.id, OLD.finding_id, OLD.starts, OLD.watt_hours, OLD.reason, OLD.proposed_by_id, OLD.proposed_by, OLD.proposed_at))
  EXECUTE FUNCTION metering.refuse_rewriting();
CREATE TRIGGER proposals_stay BEFORE DELETE ON metering.vee_proposal FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER proposals_are_never_emptied BEFORE TRUNCATE ON metering.vee_proposal FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE DELETE, TRUNCATE ON metering.vee_proposal FROM stromgraph_metering;

/* A value that was set by hand has its approved proposal, looked at once per statement. */
ALTER TABLE metering.interval_working ADD COLUMN proposal_id bigint REFERENCES metering.vee_proposal,
  ADD CONSTRAINT values_set_by_hand_were_proposed CHECK ((method = 'BY_HAND') = (proposal_id IS NOT NULL));
CREATE FUNCTION metering.refuse_values_of_one_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fault record;
BEGIN
  SELECT f.register_id, f.start_at INTO fault FROM fresh f WHERE f.proposal_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM metering.vee_proposal p JOIN metering.vee_result v ON v.id = p.finding_id
    WHERE p.id = f.proposal_id AND p.approved_at IS NOT NULL AND v.register_id = f.register_id AND array_position(p.starts, f.start_at) IS NOT NULL
      AND p.watt_hours[array_position(p.starts, f.start_at)] = f.watt_hours) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the value at % of register % was not proposed and approved', fault.start_at, fault.register_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'values_set_by_hand_were_approved';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER values_set_by_hand_were_approved AFTER INSERT ON metering.interval_working REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_values_of_one_person();
CREATE TRIGGER changed_values_set_by_hand_were_approved AFTER UPDATE ON metering.interval_working REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_values_of_one_person();

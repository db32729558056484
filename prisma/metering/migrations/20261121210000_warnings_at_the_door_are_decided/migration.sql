-- What a rule at the door says of a value that it let in is of no day and of no reading: whoever looked says so of the finding itself, once.
ALTER TABLE metering.vee_result
  ADD COLUMN released_finding bigint CONSTRAINT a_warning_is_released_once UNIQUE REFERENCES metering.vee_result,
  ADD CONSTRAINT releases_of_findings_are_releases CHECK (released_finding IS NULL OR action = 'RELEASED' AND day IS NULL AND reading_id IS NULL),
  DROP CONSTRAINT releases_are_of_something,
  ADD CONSTRAINT releases_are_of_something CHECK (action <> 'RELEASED' OR day IS NOT NULL OR reading_id IS NOT NULL OR released_finding IS NOT NULL);
CREATE INDEX vee_result_of_the_door ON metering.vee_result (id) WHERE action = 'FLAGGED' AND day IS NULL AND reading_id IS NULL;

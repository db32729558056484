-- Rules about readings of counters, and about what counters and intervals say of each other.
INSERT INTO metering.vee_rule VALUES
  ('R09', 'times the tolerance (1 kWh or 1 %) by which intervals differ from their counter', 0.5, 1),
  ('R12', 'times the expected use that a counter would have made if it went over zero', 2, 3),
  ('R13', 'watt-hours by which the tariff counters differ from the total', 1000, 10000),
  ('R14', 'other meters that measure the same energy at the same place and time', 0, NULL),
  ('R15', 'counters without a reading at the exchange of their meter', 0, 0),
  ('R16', 'times the median day of the weeks before, or times less', 100, 500);

ALTER TABLE metering.vee_result
  /* Of a finding about a reading: the value that was looked at. A release holds for this value. */
  ADD COLUMN reading_id uuid REFERENCES metering.reading,
  ADD COLUMN reading_watt_hours bigint,
  ADD CONSTRAINT a_reading_has_its_value CHECK ((reading_id IS NULL) = (reading_watt_hours IS NULL)),
  ADD CONSTRAINT findings_are_of_a_day_or_a_reading CHECK (day IS NULL OR reading_id IS NULL),
  ADD CONSTRAINT a_reading_is_found_once UNIQUE (reading_id, reading_watt_hours, rule, action),
  DROP CONSTRAINT releases_are_of_a_day,
  ADD CONSTRAINT releases_are_of_something CHECK (action <> 'RELEASED' OR day IS NOT NULL OR reading_id IS NOT NULL);
CREATE INDEX vee_result_of_sums ON metering.vee_result (register_id, day) WHERE rule = 'R09' AND action = 'FLAGGED';

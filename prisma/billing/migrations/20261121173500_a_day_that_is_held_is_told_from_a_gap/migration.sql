-- A day whose values are all there, but held by validation until staff decide, is not billed either, and is not said to miss readings.
ALTER TABLE billing.usage ADD COLUMN held boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT held_days_are_not_complete CHECK (NOT (held AND complete));

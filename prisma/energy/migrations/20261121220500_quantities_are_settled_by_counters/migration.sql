-- Quantities by what counters advance, from instant to instant; settled again when what was allocated changes.

/* Of a day the latest reading counts, as of its time; what was known so far counted as of the beginning of its day. */
ALTER TABLE energy.register_read
  ADD COLUMN read_at timestamptz,
  /* Digits of kilowatt-hours; null where nobody has told: then nothing goes over zero. */
  ADD COLUMN digits smallint CHECK (digits > 0),
  /* By which a difference is energy (transformer). */
  ADD COLUMN factor numeric NOT NULL DEFAULT 1 CHECK (factor > 0);
UPDATE energy.register_read SET read_at = read_on::timestamp AT TIME ZONE 'Europe/Berlin';
ALTER TABLE energy.register_read ALTER COLUMN read_at SET NOT NULL,
  ADD CONSTRAINT readings_are_of_their_day CHECK ((read_at AT TIME ZONE 'Europe/Berlin')::date = read_on);

-- Contracts whose settled quantities may have changed: their supply ends on another day, or their profile has new values.
CREATE TABLE energy.quantity_stale (
  contract_id uuid PRIMARY KEY REFERENCES energy.supply_contract
);

-- Where a location has several meters and one of them lacks a quarter hour that it has to deliver, what the others measured is a part, as beside a doubted one.

ALTER TABLE energy.metered_day
  /* Places of the day (from 0) without a value, as metering told them: it knows when the meter hung there. */
  ADD COLUMN missing smallint[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT missing_places_are_of_the_day CHECK (0 <= ALL (missing) AND energy.quarter_hours_of(day) > ALL (missing));

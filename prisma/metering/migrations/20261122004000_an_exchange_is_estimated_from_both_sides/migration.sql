-- The interval within which a meter takes another's place has a part of each: ours is formed from both, each from what it measured itself.
ALTER TABLE metering.interval_working DROP CONSTRAINT working_values_are_formed_by_a_known_method,
  ADD CONSTRAINT working_values_are_formed_by_a_known_method CHECK (method IN ('INTERPOLATION', 'LIKE_DAYS', 'PROFILE', 'EXCHANGE', 'BY_HAND'));

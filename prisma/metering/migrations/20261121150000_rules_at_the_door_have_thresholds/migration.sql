-- What is checked when values come in has thresholds too, as data: as delivered they are all 0, so that nothing wrong is taken.
INSERT INTO metering.vee_rule (rule, measure, warns_above, blocks_above) VALUES
  ('R02', 'watt-hours by which a row differs from an earlier one of the same batch and interval; taken, the earlier one stands', 0, 0),
  ('R03', 'watt-hours below zero; taken as 0', 0, 0),
  ('R06', 'seconds that an interval starts beside its grid; taken as on it', 0, 0),
  ('R07', 'values by which a series of whole days differs from what the calendar has', 0, 0),
  ('R08', 'seconds until an interval is over', 0, 0);
/* Always something: without a threshold these would take everything. */
ALTER TABLE metering.vee_rule ADD CONSTRAINT rules_at_the_door_block CHECK (rule NOT IN ('R02', 'R03', 'R06', 'R07', 'R08') OR blocks_above IS NOT NULL);

CREATE OR REPLACE FUNCTION metering.refuse_intervals_without_a_place() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
  /* R08: as far as the thresholds allow, for senders whose clocks run ahead. */
  latest timestamptz := platform.business_now() + coalesce((SELECT blocks_above FROM metering.vee_rule WHERE rule = 'R08'), 0) * interval '1 second';
BEGIN
  PERFORM FROM metering.meter_register WHERE id = ANY (ARRAY(SELECT DISTINCT register_id FROM fresh)) ORDER BY id FOR NO KEY UPDATE;
  SELECT f.*, r.interval_minutes IS DISTINCT FROM f.minutes AS misfits, f.until > latest AS goes_on INTO refused
  FROM (SELECT register_id, minutes, min(start_at) AS first, max(start_at) + minutes * interval '1 minute' AS until FROM fresh GROUP BY 1, 2) f
  LEFT JOIN LATERAL (SELECT meter_id, interval_minutes FROM metering.meter_register WHERE id = f.register_id LIMIT 1) r ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(range_agg(tstzrange(i.from_at, i.until_at) * tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')), '{}') AS times
    FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id WHERE i.meter_id = r.meter_id) place
  WHERE r.interval_minutes IS DISTINCT FROM f.minutes OR f.until > latest OR NOT tstzrange(f.first, f.until) <@ place.times AND EXISTS (
    SELECT FROM fresh x WHERE x.register_id = f.register_id AND NOT tstzrange(x.start_at, x.start_at + x.minutes * interval '1 minute') <@ place.times)
  LIMIT 1;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF refused.misfits THEN
    RAISE EXCEPTION 'an interval needs a register of its length' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_fit_their_register';
  ELSIF refused.goes_on THEN
    RAISE EXCEPTION 'an interval of register % is not over before %', refused.register_id, refused.until USING ERRCODE = 'check_violation', CONSTRAINT = 'intervals_are_over';
  END IF;
  RAISE EXCEPTION 'the meter of register % hung at no contract of ours at some time from % to %', refused.register_id, refused.first, refused.until
    USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'intervals_have_a_place';
END $$;

-- The interval within which a meter takes another's place was measured by neither. It is the new meter's: a substitute for it is taken, and where none comes it is estimated.
-- Customers see of exchanges those of meters at their own places: it is why a value is missing.
ALTER TABLE metering.meter_exchange ENABLE ROW LEVEL SECURITY;
ALTER TABLE metering.meter_exchange FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON metering.meter_exchange TO stromgraph_metering USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON metering.meter_exchange FOR SELECT TO stromgraph_metering_own USING (EXISTS (SELECT 1 FROM metering.meter m WHERE m.id = meter_exchange.new_meter_id));
GRANT SELECT ON metering.meter_exchange TO stromgraph_metering_own;

/* As before; lengths of intervals divide the hour, so that an interval begins on their grid. */
CREATE OR REPLACE FUNCTION metering.refuse_intervals_without_a_place() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
  registers integer[];
  lengths smallint[];
  firsts timestamptz[];
  untils timestamptz[];
  /* R08: as far as the thresholds allow, for senders whose clocks run ahead. */
  latest timestamptz := platform.business_now() + coalesce((SELECT blocks_above FROM metering.vee_rule WHERE rule = 'R08'), 0) * interval '1 second';
BEGIN
  SELECT array_agg(f.register_id), array_agg(f.minutes), array_agg(f.first), array_agg(f.until) INTO registers, lengths, firsts, untils
  FROM (SELECT register_id, minutes, min(start_at) AS first, max(start_at) + minutes * interval '1 minute' AS until FROM fresh GROUP BY 1, 2) f;
  PERFORM FROM metering.meter_register WHERE id = ANY (registers) ORDER BY id FOR NO KEY UPDATE;
  -- A statement of its own: it sees what was committed while the registers were waited for.
  SELECT f.*, r.interval_minutes IS DISTINCT FROM f.minutes AS misfits, f.until > latest AS goes_on INTO refused
  FROM unnest(registers, lengths, firsts, untils) f (register_id, minutes, first, until)
  LEFT JOIN LATERAL (SELECT meter_id, interval_minutes FROM metering.meter_register WHERE id = f.register_id LIMIT 1) r ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(range_agg(tstzrange(CASE WHEN e.id IS NULL THEN i.from_at ELSE date_bin(f.minutes * interval '1 minute', i.from_at, 'epoch') END, i.until_at)
      * tstzrange(s.start_on::timestamp AT TIME ZONE 'Europe/Berlin', s.end_on::timestamp AT TIME ZONE 'Europe/Berlin')), '{}') AS times
    FROM metering.installation i JOIN metering.supply s ON s.malo_id = i.malo_id
    LEFT JOIN metering.meter_exchange e ON e.new_meter_id = i.meter_id AND e.exchanged_at = i.from_at WHERE i.meter_id = r.meter_id) place
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

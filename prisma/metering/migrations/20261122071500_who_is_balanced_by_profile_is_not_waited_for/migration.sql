-- Who is balanced on a load profile may have a meter that could deliver intervals and does not: nobody waits for them.

ALTER TABLE metering.supply ADD COLUMN metering_kind text NOT NULL DEFAULT 'INTERVAL' CHECK (metering_kind IN ('PROFILE', 'INTERVAL'));
/* Of contracts that were known before, those are watched that were: at whose location a meter has delivered intervals. */
UPDATE metering.supply s SET metering_kind = 'PROFILE' WHERE NOT EXISTS (
  SELECT FROM metering.installation i JOIN metering.meter_register r ON r.meter_id = i.meter_id WHERE i.malo_id = s.malo_id AND r.interval_minutes IS NOT NULL);

-- Who is balanced on a load profile may have a meter that could deliver intervals and does not: nobody waits for them.

/* Of contracts that were known before: they are watched as they were. */
ALTER TABLE metering.supply ADD COLUMN metering_kind text NOT NULL DEFAULT 'INTERVAL' CHECK (metering_kind IN ('PROFILE', 'INTERVAL'));

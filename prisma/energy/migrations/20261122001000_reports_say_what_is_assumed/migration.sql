-- Where no value is known of a customer read by the quarter hour, the measured series of a report has the share by load profile: how much of it is so is said with it.
ALTER TABLE energy.mabis_report ADD COLUMN assumed_watt_hours bigint NOT NULL DEFAULT 0 CONSTRAINT what_is_assumed_has_no_sign CHECK (assumed_watt_hours >= 0);
/* It is a part of the measured series; a check cannot sum it. */
CREATE FUNCTION energy.refuse_more_assumed_than_there_is() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.assumed_watt_hours > (SELECT sum(w) FROM unnest(NEW.measured_watt_hours) w) THEN
    RAISE EXCEPTION '% Wh are assumed, more than there are', NEW.assumed_watt_hours USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_is_assumed_is_a_part BEFORE INSERT ON energy.mabis_report FOR EACH ROW EXECUTE FUNCTION energy.refuse_more_assumed_than_there_is();

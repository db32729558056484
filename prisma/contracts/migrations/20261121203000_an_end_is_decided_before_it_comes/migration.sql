-- Notice is given before supply ends: why it ends is kept from the decision on, and moves no more; TERMINATED takes it over when the day has come.
ALTER TABLE contracts.contract ADD COLUMN end_reason text CHECK (end_reason IN ('CANCELLATION', 'MOVE_OUT', 'SUPPLIER_CHANGE', 'BREACH', 'REVOCATION')),
  ADD CONSTRAINT ends_are_decided CHECK (end_reason IS NULL OR cancellation_status = 'CONFIRMED'),
  ADD CONSTRAINT ends_come_for_their_reason CHECK (state <> 'TERMINATED' OR end_reason IS NULL OR termination_reason = end_reason);

CREATE OR REPLACE FUNCTION contracts.refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving CONSTANT text[] := ARRAY['state', 'previous_state', 'cancellation_status', 'termination_reason', 'end_on', 'end_reason'];
BEGIN
  IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
    RAISE EXCEPTION 'what was agreed in % never changes', OLD.contract_number USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION contracts.refuse_another_reason() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'contract % ends for the reason %', OLD.contract_number, OLD.end_reason USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER reasons_of_ends_stay BEFORE UPDATE ON contracts.contract FOR EACH ROW
  WHEN (OLD.end_reason IS NOT NULL AND NEW.end_reason IS DISTINCT FROM OLD.end_reason) EXECUTE FUNCTION contracts.refuse_another_reason();

-- What is billed, or asked for in advance, are days of the contract's supply, and the supply does not end before a day that is billed. A credit may be for days that turned out to be none.
-- The contract is held as against a change of its end, so that neither happens beside the other.
CREATE FUNCTION billing.refuse_days_without_supply() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record; BEGIN
  PERFORM FROM billing.contract_cache WHERE contract_id IN (SELECT contract_id FROM inserted) ORDER BY contract_id FOR SHARE;
  SELECT i.id, i.period, c.contract_number, c.start_on, c.end_on INTO wrong FROM inserted i JOIN billing.contract_cache c ON c.contract_id = i.contract_id
  WHERE i.type <> 'CREDIT' AND NOT i.period <@ daterange(c.start_on, c.end_on) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'invoice % is for % and contract % is supplied from % until %', wrong.id, wrong.period, wrong.contract_number, wrong.start_on, coalesce(wrong.end_on::text, 'further notice')
      USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_are_for_days_of_supply';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoices_are_for_days_of_supply AFTER INSERT ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_days_without_supply();
CREATE TRIGGER drafts_are_for_days_of_supply AFTER UPDATE ON billing.invoice REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_days_without_supply();

CREATE FUNCTION billing.refuse_end_before_billed_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE billed text; BEGIN
  SELECT coalesce(i.invoice_number, i.id::text) INTO billed FROM billing.invoice i
  WHERE i.contract_id = NEW.contract_id AND i.type = 'FINAL' AND i.state <> 'CANCELLED' AND upper(i.period) > NEW.end_on LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'contract % is billed beyond % by %', NEW.contract_number, NEW.end_on, billed USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER supplies_end_after_billed_days AFTER UPDATE ON billing.contract_cache FOR EACH ROW
  WHEN (NEW.end_on IS DISTINCT FROM OLD.end_on) EXECUTE FUNCTION billing.refuse_end_before_billed_days();

-- Prices are offered for days on which their tariff can be had: a campaign does not end after its tariff, nor begin when that is over. One without an end of its own ends with its tariff.
CREATE FUNCTION pricing.refuse_campaign_after_its_tariff() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE until date; BEGIN
  SELECT valid_until INTO until FROM pricing.tariff WHERE id = NEW.tariff_id FOR SHARE;
  IF NEW.valid_from >= until OR NEW.valid_until > until THEN
    RAISE EXCEPTION 'campaign % lasts beyond %, when its tariff ends', NEW.id, until USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER campaigns_end_with_their_tariff BEFORE INSERT ON pricing.campaign FOR EACH ROW EXECUTE FUNCTION pricing.refuse_campaign_after_its_tariff();

CREATE FUNCTION pricing.refuse_end_before_campaigns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE beyond pricing.campaign; BEGIN
  SELECT * INTO beyond FROM pricing.campaign c WHERE c.tariff_id = NEW.id AND (c.valid_from >= NEW.valid_until OR c.valid_until > NEW.valid_until) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'tariff % cannot end on %: campaign % is for % until %', NEW.name, NEW.valid_until, beyond.id, beyond.valid_from, coalesce(beyond.valid_until::text, 'further notice')
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tariffs_end_after_their_campaigns AFTER UPDATE ON pricing.tariff FOR EACH ROW
  WHEN (NEW.valid_until IS DISTINCT FROM OLD.valid_until) EXECUTE FUNCTION pricing.refuse_end_before_campaigns();

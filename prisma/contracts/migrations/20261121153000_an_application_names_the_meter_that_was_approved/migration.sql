-- The meter is an identifier of the application as the market location is: what a second person approved is what leaves. Compared by letters and digits, since a version keeps it as it was written.
CREATE OR REPLACE FUNCTION contracts.refuse_application_of_one_pair_of_eyes() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  refused record;
BEGIN
  PERFORM FROM contracts.contract_draft WHERE contract_id = ANY (ARRAY(SELECT contract_id FROM fresh)) ORDER BY contract_id FOR UPDATE;
  SELECT f.contract_id, f.malo_draft_version INTO refused FROM fresh f WHERE NOT (
    SELECT m.version = f.malo_draft_version AND m.status <> 'EDITED'
      AND (regexp_replace(m.malo_id, '\D', '', 'g'), regexp_replace(m.grid_operator_code, '\D', '', 'g')) IS NOT DISTINCT FROM (f.malo_id, f.grid_operator_code)
      AND regexp_replace(upper(m.meter_number), '[^A-Z0-9]', '', 'g') IS NOT DISTINCT FROM regexp_replace(f.meter_number, '[^A-Z0-9]', '', 'g')
    FROM contracts.malo_draft m WHERE m.contract_id = f.contract_id ORDER BY m.version DESC LIMIT 1) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'version % of contract % is not the newest one, waits for approval, or says something else', refused.malo_draft_version, refused.contract_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NULL;
END $$;

-- The former families of load profiles have values of three seasons in place of months; profiles may come from a file.
ALTER TABLE energy.load_profile
  ADD COLUMN seasonal boolean NOT NULL DEFAULT false,
  ADD COLUMN source text NOT NULL DEFAULT 'ENET' CHECK (source IN ('ENET', 'FILE'));
COMMENT ON COLUMN energy.slp_profile.month IS '1 to 12; of a seasonal profile 1 winter, 2 summer, 3 transition';

/* Which of a profile's values hold on a day. Winter from 1 November to 20 March, summer from 15 May to 14 September. */
CREATE FUNCTION energy.profile_period(seasonal boolean, day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN NOT seasonal THEN extract(month FROM day)::integer
    WHEN extract(month FROM day) * 100 + extract(day FROM day) BETWEEN 321 AND 514 THEN 3
    WHEN extract(month FROM day) * 100 + extract(day FROM day) BETWEEN 515 AND 914 THEN 2
    WHEN extract(month FROM day) * 100 + extract(day FROM day) BETWEEN 915 AND 1031 THEN 3
    ELSE 1 END
$$;

CREATE OR REPLACE FUNCTION energy.refuse_unfinished_profile() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  needed integer := CASE WHEN NEW.seasonal THEN 3 ELSE 12 END;
BEGIN
  IF (SELECT count(*) FILTER (WHERE p.month <= needed) * 10000 + count(*) FROM energy.slp_profile p WHERE (p.code, p.year, p.version) = (NEW.code, NEW.year, NEW.version)) <> needed * 3 * 96 * 10001 THEN
    RAISE EXCEPTION 'load profile % of % needs % values', NEW.code, NEW.year, needed * 3 * 96 USING ERRCODE = 'check_violation', CONSTRAINT = 'profiles_are_whole';
  END IF;
  RETURN NULL;
END $$;

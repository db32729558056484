-- Two people stand behind a value, not the same name written with other spaces or capitals; and whoever decides has a name, a release a reason.
ALTER TABLE metering.vee_proposal DROP CONSTRAINT two_people_stand_behind_a_value,
  ADD CONSTRAINT two_people_stand_behind_a_value CHECK (lower(regexp_replace(approved_by_id, '\s', '', 'g')) <> lower(regexp_replace(proposed_by_id, '\s', '', 'g')));
ALTER TABLE metering.vee_result ADD CONSTRAINT decisions_have_a_name CHECK (decided_by ~ '\S'),
  ADD CONSTRAINT releases_have_a_reason CHECK (action <> 'RELEASED' OR detail ~ '\S');

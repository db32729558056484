-- Whoever approves is somebody else than the editor, not the same name written with other spaces or capitals.
ALTER TABLE contracts.malo_draft DROP CONSTRAINT approver_is_not_the_editor,
  ADD CONSTRAINT approver_is_not_the_editor CHECK (lower(regexp_replace(approved_by, '\s', '', 'g')) <> lower(regexp_replace(edited_by, '\s', '', 'g')));

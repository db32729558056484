-- A meter that was exchanged or measures for somebody else now was there; it does not lie at the premise any more.
ALTER TABLE customers.premise_meter ADD COLUMN removed_on date CONSTRAINT meters_are_removed_after_they_came CHECK (removed_on >= installed_on);

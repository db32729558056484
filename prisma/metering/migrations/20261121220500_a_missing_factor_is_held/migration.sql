-- A transformer factor that is missing (10 to 80, mostly) or megawatt-hours in place of kilowatt-hours must not be billed. R16 blocked from 500 times on, which only a thousand reaches.
ALTER TABLE metering.vee_rule DROP CONSTRAINT vee_rule_rule_check, ADD CONSTRAINT vee_rule_rule_check CHECK (rule ~ '^R(0[1-9]|1[0-6])(_HIGH|_LOW|_FACTOR|_UNIT)?$');
ALTER TABLE metering.vee_result DROP CONSTRAINT vee_result_rule_check, ADD CONSTRAINT vee_result_rule_check CHECK (rule ~ '^R(0[1-9]|1[0-6])(_HIGH|_LOW|_FACTOR|_UNIT)?$');
UPDATE metering.vee_rule SET warns_above = 8, blocks_above = 20 WHERE rule = 'R16' AND warns_above = 100 AND blocks_above = 500;
INSERT INTO metering.vee_rule (rule, measure, warns_above, blocks_above) VALUES
  ('R16_FACTOR', 'times the median of the same weekday in the weeks before, or times less, where the connection is measured by transformers (over 43 kW)', 5, 8),
  ('R16_UNIT', 'times the expected use of a day, or times less, where too few days before are known', 100, 400);

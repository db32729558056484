-- Schedules and reports are about a balancing group, not about a market location, and hold nothing personal: they have no
-- customer under whose key they would be sealed. What a message is about is its subject either way.
ALTER TABLE market.message DROP CONSTRAINT message_id_message_type_malo_id_sequence_fkey;
ALTER TABLE market.message DROP CONSTRAINT message_message_type_malo_id_sequence_key;
ALTER TABLE market.message DROP CONSTRAINT message_id_message_type_malo_id_sequence_key;
ALTER TABLE market.message_prepared DROP CONSTRAINT message_prepared_id_message_type_malo_id_sequence_key;

ALTER TABLE market.message_prepared
  ALTER COLUMN malo_id DROP NOT NULL,
  ALTER COLUMN contract_id DROP NOT NULL,
  ALTER COLUMN customer_id DROP NOT NULL,
  ADD COLUMN balancing_group_code text CHECK (balancing_group_code ~ '^[0-9A-Z-]{16}$' AND substr(balancing_group_code, 3, 1) = 'X'),
  /* Only of messages without personal data; the others are sealed. */
  ADD COLUMN payload text CHECK (length(payload) > 0),
  ADD COLUMN subject text NOT NULL GENERATED ALWAYS AS (coalesce(malo_id, balancing_group_code)) STORED,
  ADD CONSTRAINT a_message_is_about_one_thing CHECK (num_nonnulls(malo_id, balancing_group_code) = 1),
  ADD CONSTRAINT messages_about_a_market_location_are_of_a_customer CHECK (num_nulls(malo_id, contract_id, customer_id) IN (0, 3)),
  ADD CONSTRAINT personal_data_are_sealed CHECK ((customer_id IS NULL) = (payload IS NOT NULL) AND (customer_id IS NOT NULL OR payload_sealed IS NULL)),
  ADD CONSTRAINT message_prepared_id_message_type_subject_sequence_key UNIQUE (id, message_type, subject, sequence);
ALTER TABLE market.message
  ALTER COLUMN malo_id DROP NOT NULL,
  ADD COLUMN balancing_group_code text,
  ADD COLUMN subject text NOT NULL GENERATED ALWAYS AS (coalesce(malo_id, balancing_group_code)) STORED,
  ADD CONSTRAINT message_message_type_subject_sequence_key UNIQUE (message_type, subject, sequence),
  ADD CONSTRAINT message_id_message_type_subject_sequence_key UNIQUE (id, message_type, subject, sequence),
  ADD CONSTRAINT message_is_about_what_was_prepared CHECK (num_nonnulls(malo_id, balancing_group_code) = 1),
  ADD CONSTRAINT message_id_message_type_subject_sequence_fkey FOREIGN KEY (id, message_type, subject, sequence) REFERENCES market.message_prepared (id, message_type, subject, sequence);
CREATE INDEX message_by_balancing_group ON market.message (balancing_group_code, id DESC) WHERE balancing_group_code IS NOT NULL;

-- The end of a contract is confirmed in text form within a week (§ 41b EnWG), and so is one that never begins.
INSERT INTO messaging.event_template (event_type, template_name, channel, audience) VALUES
  ('contracts.ContractTerminated', 'contract-terminated', 'EMAIL', NULL),
  ('contracts.ContractCancelled', 'contract-cancelled', 'EMAIL', NULL);

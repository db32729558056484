-- Row rights go by the customer of each row: a supply, a contract or a draft of a market location under another customer than its contract's would be shown to a stranger.
ALTER TABLE contracts.contract_draft ADD UNIQUE (contract_id, customer_id);
ALTER TABLE contracts.malo_draft DROP CONSTRAINT malo_draft_contract_id_fkey,
  ADD CONSTRAINT edited_for_the_customer_of_the_draft FOREIGN KEY (contract_id, customer_id) REFERENCES contracts.contract_draft (contract_id, customer_id);
ALTER TABLE contracts.contract ADD UNIQUE (id, customer_id), DROP CONSTRAINT contract_id_fkey,
  ADD CONSTRAINT confirmed_for_the_customer_of_the_draft FOREIGN KEY (id, customer_id) REFERENCES contracts.contract_draft (contract_id, customer_id);
ALTER TABLE contracts.customer_malo DROP CONSTRAINT customer_malo_contract_id_fkey,
  ADD CONSTRAINT supplied_for_the_customer_of_the_contract FOREIGN KEY (contract_id, customer_id) REFERENCES contracts.contract (id, customer_id);

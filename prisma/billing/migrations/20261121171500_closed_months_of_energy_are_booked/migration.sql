-- Closed months of energy come into the books, and are taken back as a whole when they are corrected.
ALTER TABLE billing.ledger_entry DROP CONSTRAINT ledger_entry_document_type_check;
ALTER TABLE billing.ledger_entry ADD CONSTRAINT ledger_entry_document_type_check CHECK (document_type IN ('INVOICE', 'CREDIT_NOTE', 'PAYMENT', 'RETURN', 'FEE', 'PROFIT_LOSS', 'PROFIT_LOSS_REVERSAL'));
-- What energy costs is nobody's account but ours.
ALTER TABLE billing.ledger_entry ADD CONSTRAINT closings_are_of_no_customer CHECK (document_type NOT IN ('PROFIT_LOSS', 'PROFIT_LOSS_REVERSAL') OR customer_id IS NULL);

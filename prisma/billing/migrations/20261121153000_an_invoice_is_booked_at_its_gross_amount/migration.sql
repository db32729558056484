-- Entries that balance at another amount than the invoice's would leave the books and the customer's debt apart: the first entry is what the customer owes.
CREATE OR REPLACE FUNCTION billing.check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong uuid; BEGIN
  SELECT document_id INTO wrong FROM inserted GROUP BY document_id HAVING sum(debit_cents) <> sum(credit_cents) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'document % does not balance', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_balance'; END IF;
  SELECT document_id INTO wrong FROM inserted GROUP BY document_id HAVING min(position) <> 1 OR max(position) <> count(*) LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the entries of document % are not numbered from one on', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_are_booked_whole'; END IF;
  SELECT e.document_id INTO wrong FROM inserted e WHERE e.document_type = 'INVOICE' AND NOT EXISTS (SELECT 1 FROM billing.invoice i WHERE i.id = e.document_id AND i.state <> 'DRAFT') LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'there is no issued invoice %', wrong USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'only_issued_invoices_are_booked'; END IF;
  SELECT e.document_id INTO wrong FROM inserted e JOIN billing.invoice i ON i.id = e.document_id
  WHERE e.document_type = 'INVOICE' AND e.position = 1 AND i.gross_cents <> 0 AND e.debit_cents - e.credit_cents <> i.gross_cents LIMIT 1;
  IF wrong IS NOT NULL THEN RAISE EXCEPTION 'the first entry of invoice % is not its gross amount', wrong USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_are_booked_at_their_gross'; END IF;
  RETURN NULL;
END $$;

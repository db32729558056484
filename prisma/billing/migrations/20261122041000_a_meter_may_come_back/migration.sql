-- A meter that is taken down and comes back on the first day of an invoice is named for both times: they begin on one day, and failed the whole chunk of a run.
ALTER TABLE billing.invoice_meter DROP CONSTRAINT invoice_meter_pkey, ADD PRIMARY KEY (invoice_id, meter_id, from_on, until_on);

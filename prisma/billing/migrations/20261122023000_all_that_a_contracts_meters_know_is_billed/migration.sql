-- A location may have several meters, and a meter several registers: a day is what all of them know together, as energy counts it.
ALTER TABLE billing.usage_part ADD COLUMN obis text NOT NULL DEFAULT '1-0:1.29.0' CHECK (obis ~ '^1-[0-9]+:1\.(8|9|29)\.[0-9]+$');
ALTER TABLE billing.usage_part ALTER COLUMN obis DROP DEFAULT, DROP CONSTRAINT usage_part_pkey, ADD PRIMARY KEY (contract_id, day, meter_id, obis);

-- Of the registers of a channel that measure the same energy the least counts: totals before tariffs, then the load profile (29) before energy per period (9) before counters (8).
CREATE FUNCTION billing.register_rank(obis text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN obis LIKE '%.0' THEN 0 ELSE 10 END + CASE split_part(obis, '.', 2) WHEN '29' THEN 0 WHEN '9' THEN 1 ELSE 2 END
$$;

-- Which meters hang for a contract, from when on: a day is whole when each of them has told all that it measures.
CREATE TABLE billing.contract_meter (
  contract_id uuid NOT NULL,
  meter_id uuid NOT NULL,
  from_at timestamptz NOT NULL,
  meter_number text NOT NULL CHECK (meter_number <> ''),
  -- Those for drawn energy; a meter that only feeds in has none.
  registers text[] NOT NULL,
  PRIMARY KEY (contract_id, meter_id, from_at)
);
CREATE INDEX contract_meter_by_meter ON billing.contract_meter (meter_id);

-- Until when: the one may be told of before the other, so that an end is no column of the meter's row.
CREATE TABLE billing.meter_exchange (
  exchange_id uuid PRIMARY KEY,
  old_meter_id uuid NOT NULL,
  new_meter_id uuid NOT NULL CHECK (new_meter_id <> old_meter_id),
  exchanged_at timestamptz NOT NULL,
  final_watt_hours bigint NOT NULL CHECK (final_watt_hours >= 0),
  start_watt_hours bigint NOT NULL CHECK (start_watt_hours >= 0),
  CONSTRAINT a_meter_is_taken_down_once_at_a_time UNIQUE (old_meter_id, exchanged_at)
);
CREATE INDEX meter_exchange_by_new_meter ON billing.meter_exchange (new_meter_id, exchanged_at);
CREATE TRIGGER exchanges_never_change BEFORE UPDATE OR DELETE ON billing.meter_exchange FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER exchanges_stay BEFORE TRUNCATE ON billing.meter_exchange FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- The meters of an invoice as it was issued, with what they showed when they were exchanged (§ 40(2) EnWG): what is told later changes no document.
CREATE TABLE billing.invoice_meter (
  invoice_id uuid NOT NULL,
  meter_id uuid NOT NULL,
  from_on date NOT NULL,
  until_on date NOT NULL CHECK (until_on > from_on),
  meter_number text NOT NULL,
  start_watt_hours bigint,
  final_watt_hours bigint,
  written_by bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  PRIMARY KEY (invoice_id, meter_id, from_on),
  CONSTRAINT meters_come_with_their_invoice FOREIGN KEY (invoice_id, written_by) REFERENCES billing.invoice (id, written_by)
);
CREATE FUNCTION billing.refuse_late_meters() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a meter of an invoice is of the transaction that writes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'meters_are_written_with_their_invoice';
END $$;
CREATE TRIGGER meters_are_written_with_their_invoice BEFORE INSERT ON billing.invoice_meter FOR EACH ROW
  WHEN (NEW.written_by <> pg_current_xact_id()::text::bigint) EXECUTE FUNCTION billing.refuse_late_meters();
CREATE TRIGGER invoiced_meters_never_change BEFORE UPDATE OR DELETE ON billing.invoice_meter FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER invoiced_meters_stay BEFORE TRUNCATE ON billing.invoice_meter FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE ON billing.meter_exchange, billing.invoice_meter FROM stromgraph_billing;

ALTER TABLE billing.invoice_meter ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_meter FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON billing.invoice_meter TO stromgraph_billing USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON billing.invoice_meter FOR SELECT TO stromgraph_billing_own
  USING (EXISTS (SELECT 1 FROM billing.invoice i WHERE i.id = invoice_id AND i.customer_id = platform.own_customer() AND i.state <> 'DRAFT'));
GRANT SELECT ON billing.invoice_meter TO stromgraph_billing_own;

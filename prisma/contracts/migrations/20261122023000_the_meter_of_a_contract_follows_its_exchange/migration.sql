-- The meter that a supply names gives way to another only by an exchange; one that is hung beside it changes nothing. Exchanges may be told of in any order.
CREATE TABLE contracts.meter_exchange (
  exchange_id uuid PRIMARY KEY,
  malo_id text NOT NULL CHECK (malo_id ~ '^[1-9][0-9]{10}$'),
  old_meter_number text NOT NULL,
  new_meter_number text NOT NULL CHECK (new_meter_number <> old_meter_number),
  exchanged_at timestamptz NOT NULL
);
CREATE INDEX meter_exchange_by_location ON contracts.meter_exchange (malo_id, exchanged_at);
CREATE TRIGGER exchanges_never_change BEFORE UPDATE OR DELETE ON contracts.meter_exchange FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER exchanges_stay BEFORE TRUNCATE ON contracts.meter_exchange FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE ON contracts.meter_exchange FROM stromgraph_contracts;

-- All meters that metering has hung for a contract, also beside the one that the supply names: none of them is applied for elsewhere.
CREATE TABLE contracts.installed_meter (
  contract_id uuid NOT NULL,
  meter_number text NOT NULL CHECK (meter_number <> ''),
  from_on date NOT NULL,
  PRIMARY KEY (meter_number, contract_id, from_on)
);
REVOKE UPDATE, DELETE ON contracts.installed_meter FROM stromgraph_contracts;

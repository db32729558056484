-- What a quarter hour of imbalance costs, one price for all control areas: an estimate first, final weeks after the month. Each telling is a version.
CREATE TABLE energy.imbalance_price (
  delivery_day date NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  /* False: an estimate. */
  final boolean NOT NULL,
  published_at timestamptz NOT NULL,
  imported_at timestamptz NOT NULL,
  /* In order of time, EUR/MWh; may be negative. */
  eur_per_mwh numeric[] NOT NULL CHECK (array_position(eur_per_mwh, NULL) IS NULL),
  PRIMARY KEY (delivery_day, version),
  CONSTRAINT imbalance_prices_cover_their_day CHECK (cardinality(eur_per_mwh) = energy.quarter_hours_of(delivery_day))
);
CREATE TRIGGER imbalance_prices_never_change BEFORE UPDATE OR DELETE ON energy.imbalance_price FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER imbalance_prices_stay BEFORE TRUNCATE ON energy.imbalance_price FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.imbalance_price FROM stromgraph_energy;

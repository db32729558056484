-- What over- and under-quantities are settled at is published after each month; until then the forward curve stands for it. Each telling is a version.
CREATE TABLE energy.quantity_price (
  /* Its first day. */
  month date NOT NULL CONSTRAINT quantity_prices_are_of_a_month CHECK (extract(day FROM month) = 1),
  version integer NOT NULL CHECK (version > 0),
  eur_per_mwh numeric NOT NULL,
  published_at timestamptz NOT NULL CONSTRAINT months_are_over_when_priced CHECK (published_at >= (month + interval '1 month') AT TIME ZONE 'Europe/Berlin'),
  imported_at timestamptz NOT NULL,
  PRIMARY KEY (month, version)
);
CREATE TRIGGER quantity_prices_never_change BEFORE UPDATE OR DELETE ON energy.quantity_price FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER quantity_prices_stay BEFORE TRUNCATE ON energy.quantity_price FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.quantity_price FROM stromgraph_energy;

/* Not every day of the period has its official price yet: a later version will have. What was settled before was settled at curves. */
ALTER TABLE energy.quantity_settlement ADD COLUMN provisional boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT what_is_not_provisional_has_a_price CHECK (provisional OR eur_per_mwh IS NOT NULL);
CREATE INDEX quantity_settlement_by_area ON energy.quantity_settlement (grid_area_id, id);

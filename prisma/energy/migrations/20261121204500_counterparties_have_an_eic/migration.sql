-- In a schedule the other side of a trade is its balancing group: a counterparty's name stands for one EIC of type X.
CREATE TABLE energy.counterparty (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200 AND name = btrim(name)),
  eic text NOT NULL CONSTRAINT a_balancing_group_is_one_counterparty UNIQUE CONSTRAINT counterparties_have_an_eic CHECK (energy.is_eic(eic, 'X')),
  known_at timestamptz NOT NULL,
  known_by text NOT NULL
);
CREATE TRIGGER counterparties_stay BEFORE UPDATE OR DELETE ON energy.counterparty FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER counterparties_are_kept BEFORE TRUNCATE ON energy.counterparty FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON energy.counterparty FROM stromgraph_energy;
/* As it was known when the schedule was made; null where it was not. */
ALTER TABLE energy.nomination_series ADD COLUMN counterparty_eic text CONSTRAINT series_name_an_eic CHECK (energy.is_eic(counterparty_eic, 'X'));

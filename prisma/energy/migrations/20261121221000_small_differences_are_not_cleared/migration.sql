-- How far the market's sum of a quarter hour may be from ours without a clearing case: both sides round.
CREATE TABLE energy.clearing_tolerance (
  kind text PRIMARY KEY CHECK (kind IN ('MEASURED', 'PROFILE')),
  /* The greater of the two counts: watt-hours, and thousandths of the market's value. */
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  per_mille integer NOT NULL CHECK (per_mille BETWEEN 0 AND 1000)
);
INSERT INTO energy.clearing_tolerance VALUES ('MEASURED', 1, 0), ('PROFILE', 1, 0);
/* Read by the domain, changed by who operates it. */
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON energy.clearing_tolerance FROM stromgraph_energy;

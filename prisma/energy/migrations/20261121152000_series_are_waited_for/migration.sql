-- What comes in from outside, and when it is waited for: that it is stale is told from this row and business time.
CREATE TABLE energy.data_series (
  source text NOT NULL REFERENCES energy.publication_cursor,
  kind text NOT NULL CHECK (kind ~ '^[A-Z]+(_[A-Z]+)*$'),
  /* When the source says that the next publication comes; it stays until that has been read. Null while nothing is announced. */
  expected_at timestamptz,
  /* Of the newest publication that was read. */
  published_at timestamptz,
  read_at timestamptz CHECK (read_at >= published_at),
  PRIMARY KEY (source, kind),
  CONSTRAINT series_are_read_as_published CHECK ((published_at IS NULL) = (read_at IS NULL))
);
REVOKE DELETE, TRUNCATE ON energy.data_series FROM stromgraph_energy;

-- A file of any size is stored in parts. Which of its rows have said which intervals is kept while it comes, so that one that contradicts another is known however far it is away.
/* Not written ahead: after a crash of the database nobody goes on with a file. */
CREATE UNLOGGED TABLE metering.batch_stretch (
  batch_id uuid NOT NULL REFERENCES metering.batch,
  register_id integer NOT NULL REFERENCES metering.meter_register,
  /* Intervals of a day one after the other, said by rows one after the other, of which this is the first. */
  start_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL CHECK (until_at > start_at),
  row_number integer NOT NULL CHECK (row_number > 0),
  PRIMARY KEY (batch_id, register_id, start_at, row_number)
);
REVOKE UPDATE, TRUNCATE ON metering.batch_stretch FROM stromgraph_metering;

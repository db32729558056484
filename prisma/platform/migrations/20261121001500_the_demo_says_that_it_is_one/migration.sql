-- A demo portfolio is built once per database; a half-built one must be told from a finished one, and production
-- must see that sign-ins with a known password exist here.
CREATE TABLE platform.demo (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  customers integer NOT NULL CHECK (customers >= 0),
  days integer NOT NULL CHECK (days > 0),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CHECK (finished_at >= started_at)
);
GRANT SELECT ON platform.demo TO stromgraph_operations;

-- Advancing the clock lets it stand still at each due moment; a process that dies on the way must not leave it standing.
ALTER TABLE platform.clock ADD COLUMN resumes boolean NOT NULL DEFAULT false;
ALTER TABLE platform.clock ADD CONSTRAINT clock_resumes_only_where_it_stands CHECK (NOT resumes OR mode = 'STANDING');

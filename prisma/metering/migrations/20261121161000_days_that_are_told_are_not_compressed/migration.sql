-- A told day of quarter hours is some 2 kB, from where on PostgreSQL tries to compress it. It is read a few times and pruned soon: to compress it takes half of the time
-- that telling takes.
ALTER TABLE metering.outbox ALTER COLUMN payload SET STORAGE EXTERNAL;

-- In a file in order of time the rows of a register are as far apart as there are registers: each row was a stretch of its own, and storing it took two and a half times as long.
ALTER TABLE metering.batch_stretch ADD COLUMN row_step integer NOT NULL DEFAULT 1 CHECK (row_step > 0);

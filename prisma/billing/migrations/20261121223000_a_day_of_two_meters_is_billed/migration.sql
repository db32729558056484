-- On the day on which a meter is exchanged each of the two knows a part. What a meter knows of a day that it does not know whole; the day's usage is made of them.
CREATE TABLE billing.usage_part (
  contract_id uuid NOT NULL,
  day date NOT NULL,
  meter_id uuid NOT NULL,
  -- A bit per quarter hour in order of time: whether it has a value that may be billed.
  known bit varying(100) NOT NULL CHECK (length(known) IN (92, 96, 100)),
  watt_hours bigint NOT NULL CHECK (watt_hours >= 0),
  held boolean NOT NULL,
  reading_version integer NOT NULL CHECK (reading_version > 0),
  PRIMARY KEY (contract_id, day, meter_id)
);

-- What the test itself did and what follows from it by public rules alone, in a schema that the product does not know: its
-- functions are used nowhere in here, so that a mistake of the product is not repeated.
CREATE SCHEMA witness;

-- When it began, and the days of delivery that are looked at.
CREATE TABLE witness.period (starts_at timestamptz NOT NULL, first_day date NOT NULL, until_day date NOT NULL);
-- What the metering operator sent last for each quarter hour; a row that was refused is not in it.
CREATE TABLE witness.sent (meter_number text, start_at timestamptz, watt_hours bigint NOT NULL, PRIMARY KEY (meter_number, start_at));
-- The trader's deals as they were answered; one that was amended no longer stands.
CREATE TABLE witness.deal (trade_id uuid PRIMARY KEY, grid_area_id uuid NOT NULL, side text NOT NULL, from_at timestamptz NOT NULL, until_at timestamptz NOT NULL, kilowatts bigint NOT NULL, eur_per_mwh numeric NOT NULL, stands boolean NOT NULL DEFAULT true);

CREATE FUNCTION witness.begins(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT day::timestamp AT TIME ZONE 'Europe/Berlin' $$;
/* Easter Sunday by Meeus, Jones and Butcher. */
CREATE FUNCTION witness.easter(y integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT make_date(y, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1) FROM (
    SELECT *, (y % 19 + 11 * h + 22 * l) / 451 AS m FROM (
      SELECT *, (32 + 2 * (y / 100 % 4) + 2 * (y % 100 / 4) - h - y % 100 % 4) % 7 AS l FROM (
        SELECT (19 * (y % 19) + y / 100 - y / 100 / 4 - (y / 100 - (y / 100 + 8) / 25 + 1) / 3 + 15) % 30 AS h) a) b) c
$$;
/* Holidays of the five states in which we supply; null: of any state, and the two days on which market communication rests. */
CREATE FUNCTION witness.is_holiday(state text, day date) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT d IN ('01-01', '05-01', '10-03', '12-25', '12-26') OR after_easter IN (-2, 1, 39, 50)
    OR (state IS NULL OR state IN ('BW', 'BY')) AND d = '01-06'
    OR (state IS NULL OR state IN ('BW', 'BY', 'NW')) AND (after_easter = 60 OR d = '11-01')
    OR (state IS NULL OR state IN ('SH', 'SN')) AND d = '10-31'
    OR (state IS NULL OR state = 'SN') AND extract(isodow FROM day) = 3 AND d BETWEEN '11-16' AND '11-22'
    OR state IS NULL AND d IN ('03-08', '08-15', '09-20', '12-24', '12-31')
  FROM (SELECT to_char(day, 'MM-DD') AS d, day - witness.easter(extract(year FROM day)::int) AS after_easter) x
$$;
/* The nth working day of market communication after a day. */
CREATE FUNCTION witness.working_day(after date, nth integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT after + n FROM generate_series(1, 60) n WHERE extract(isodow FROM after + n) < 6 AND NOT witness.is_holiday(NULL, after + n) ORDER BY n OFFSET nth - 1 LIMIT 1
$$;
CREATE FUNCTION witness.day_type(state text, day date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN extract(isodow FROM day) = 7 OR witness.is_holiday(state, day) THEN 'FT' WHEN extract(isodow FROM day) = 6 OR to_char(day, 'MM-DD') IN ('12-24', '12-31') THEN 'SA' ELSE 'WT' END
$$;
/* F(t) of the load profiles, exact and rounded to four decimals. It lies half-way on days 50, 150, 250 and 350; the published sums have the lower value on 50 and 250. */
CREATE FUNCTION witness.dynamisation(day date) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
  SELECT round(-0.000000000392 * t ^ 4 + 0.00000032 * t ^ 3 - 0.0000702 * t ^ 2 + 0.0021 * t + 1.24, 4) - CASE WHEN t IN (50, 250) THEN 0.0001 ELSE 0 END FROM (SELECT extract(doy FROM day)::numeric AS t) x
$$;

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Place, PlaceLine } from '../campaigns/place.ts';

export const placesOf = (db: Queryable, postalCode: string): Promise<Place[]> =>
  db.sql<Place>`SELECT postal_code AS "postalCode", city, district, ags, grid_operator_code AS "gridOperatorCode",
    grid_operator_name AS "gridOperatorName", grid_area_code AS "gridAreaCode"
    FROM pricing.place WHERE postal_code = ${postalCode} ORDER BY city, district_key`;

/** New places, and those whose operator or grid area has changed; a grid fee or concession rate that is known for a day stays as it is. */
export async function savePlaces(tx: Tx, places: readonly PlaceLine[]): Promise<void> {
  await tx.query(
    `WITH line AS (SELECT * FROM jsonb_to_recordset($1) AS l ("postalCode" text, city text, district text, ags text,
      "gridOperatorCode" text, "gridOperatorName" text, "gridAreaCode" text,
        "validFrom" date, "validUntil" date, "gridWorkingCtPerKwh" numeric, "gridBaseCentsPerYear" numeric,
          "meteringCentsPerYear" numeric, "concessionCtPerKwh" numeric)),
     place AS (INSERT INTO pricing.place AS known (postal_code, city, district, ags, grid_operator_code, grid_operator_name, grid_area_code)
       SELECT DISTINCT ON ("postalCode", city, district) "postalCode", city, district, ags, "gridOperatorCode", "gridOperatorName",
         "gridAreaCode" FROM line
       ON CONFLICT (postal_code, city, district_key) DO UPDATE SET ags = excluded.ags,
         grid_operator_code = excluded.grid_operator_code, grid_operator_name = excluded.grid_operator_name,
         grid_area_code = excluded.grid_area_code
       RETURNING postal_code),
     levy AS (INSERT INTO pricing.concession_levy (ags, contract_class, source, valid_from, valid_until, ct_per_kwh)
       SELECT DISTINCT ON (ags, "validFrom") ags, 'TARIFF', 'OPERATOR', "validFrom", "validUntil", "concessionCtPerKwh"
         FROM line ON CONFLICT DO NOTHING)
     INSERT INTO pricing.grid_fee (postal_code, city, district_key, valid_from, valid_until, working_ct_per_kwh, base_cents_per_year,
       metering_cents_per_year)
     SELECT "postalCode", city, coalesce(district, ''), "validFrom", "validUntil", "gridWorkingCtPerKwh", "gridBaseCentsPerYear",
       "meteringCentsPerYear" FROM line, (SELECT count(*) FROM place) AS stored ON CONFLICT DO NOTHING`,
    [JSON.stringify(places)],
  );
}

/** Lines (from 1) that say another grid fee or concession rate than the one that is known for some of their days. */
export async function contradicted(db: Queryable, places: readonly PlaceLine[]): Promise<{ number: number; field: string }[]> {
  const { rows } = await db.query<{ number: number; field: string }>(
    `WITH line AS (
       SELECT l.*, coalesce(district, '') AS district_key, daterange("validFrom", "validUntil") AS days
       FROM ROWS FROM (jsonb_to_recordset($1) AS ("postalCode" text, city text, district text, ags text, "validFrom" date,
         "validUntil" date, "gridWorkingCtPerKwh" numeric, "gridBaseCentsPerYear" numeric, "meteringCentsPerYear" numeric,
         "concessionCtPerKwh" numeric)) WITH ORDINALITY AS l ("postalCode", city, district, ags, "validFrom", "validUntil",
         working, base, metering, concession, number))
     SELECT number::int, 'gridWorkingCtPerKwh' AS field FROM line JOIN pricing.grid_fee fee
       ON fee.postal_code = "postalCode" AND fee.city = line.city AND fee.district_key = line.district_key
       AND daterange(fee.valid_from, fee.valid_until) && days
     WHERE (days, working, base, metering)
       <> (daterange(fee.valid_from, fee.valid_until), working_ct_per_kwh, base_cents_per_year, metering_cents_per_year)
     UNION ALL
     SELECT number::int, 'concessionCtPerKwh' FROM line JOIN pricing.concession_levy levy
       ON levy.ags = line.ags AND contract_class = 'TARIFF' AND source = 'OPERATOR' AND daterange(levy.valid_from, levy.valid_until) && days
     WHERE (days, concession) <> (daterange(levy.valid_from, levy.valid_until), ct_per_kwh)
     ORDER BY 1`,
    [JSON.stringify(places)],
  );
  return rows;
}

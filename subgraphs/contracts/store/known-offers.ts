// Our own copy of what pricing has told: an import never waits for another domain.
import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { PlaceName } from '@stromgraph/kernel/place';
import type { KnownCampaign, KnownPrice, KnownTariff } from '../drafts/terms.ts';

export type KnownPlace = PlaceName & Readonly<{ ags: string; gridOperatorCode: string; gridAreaCode: string }>;

export async function knownTariff(db: Queryable, tariffId: string): Promise<KnownTariff | null> {
  const [row] =
    await db.sql<KnownTariff>`SELECT tariff_id AS "tariffId", name, kind, minimum_duration_months AS "minimumDurationMonths",
      consumption_from_watt_hours AS "consumptionFromWattHours",
    consumption_until_watt_hours AS "consumptionUntilWattHours", billing_frequency_months AS "billingFrequencyMonths",
      advance_payment_mode AS "advancePaymentMode", number_of_advances AS "numberOfAdvances",
    grace_days AS "graceDays", end_of_contract AS "endOfContract", valid_from AS "validFrom", valid_until AS "validUntil", rate
      FROM contracts.tariff_copy WHERE tariff_id = ${tariffId}`;
  return row ?? null;
}

/** Null while some of its prices are still on their way. */
export async function knownCampaign(db: Queryable, campaignId: string): Promise<KnownCampaign | null> {
  const [row] =
    await db.sql<KnownCampaign>`SELECT campaign_id AS "campaignId", tariff_id AS "tariffId", channel, valid_from AS "validFrom",
      valid_until AS "validUntil", price_count AS "priceCount",
    prices_received AS "pricesReceived" FROM contracts.campaign_copy WHERE campaign_id = ${campaignId} AND prices_received >= price_count`;
  return row ?? null;
}

export const knownPrices = (db: Queryable, campaignId: string, postalCode: string): Promise<KnownPrice[]> =>
  db.sql<KnownPrice>`SELECT postal_code AS "postalCode", city, district, starts_on AS "startsOn",
    trim_scale(working_price_ct_per_kwh) AS "workingPriceCtPerKwh", trim_scale(fix_fee_cents_per_month) AS "fixFeeCentsPerMonth",
    trim_scale(variable_bonus_ct_per_kwh) AS "variableBonusCtPerKwh", fixed_bonus_cents AS "fixedBonusCents",
      trim_scale(grid_working_ct_per_kwh) AS "gridWorkingCtPerKwh", trim_scale(grid_fix_cents_per_month) AS "gridFixCentsPerMonth"
    FROM contracts.campaign_price_copy WHERE campaign_id = ${campaignId} AND postal_code = ${postalCode}`;

export const knownPlaces = (db: Queryable, postalCode: string): Promise<KnownPlace[]> =>
  db.sql<KnownPlace>`SELECT postal_code AS "postalCode", city, district, ags, grid_operator_code AS "gridOperatorCode",
    grid_area_code AS "gridAreaCode" FROM contracts.place_copy WHERE postal_code = ${postalCode}`;

/** Tariffs as their events carry them. */
export async function saveTariffs(tx: Tx, tariffs: readonly object[]): Promise<void> {
  await tx.query(
    `INSERT INTO contracts.tariff_copy SELECT "tariffId", name, kind, "minimumDurationMonths", "consumptionFromWattHours",
      "consumptionUntilWattHours", "billingFrequencyMonths", "advancePaymentMode", "numberOfAdvances",
       "graceDays", "endOfContract", "fixedBonusCents", ARRAY(SELECT jsonb_array_elements_text("passedThrough")), "validFrom",
         "validUntil", rate
     FROM jsonb_to_recordset($1) AS t ("tariffId" uuid, name text, kind text, "minimumDurationMonths" int,
       "consumptionFromWattHours" bigint, "consumptionUntilWattHours" bigint, "billingFrequencyMonths" int,
       "advancePaymentMode" text, "numberOfAdvances" int, "graceDays" int, "endOfContract" text, "fixedBonusCents" bigint,
         "passedThrough" jsonb, "validFrom" date, "validUntil" date, rate jsonb)
     ON CONFLICT (tariff_id) DO UPDATE SET valid_until = excluded.valid_until, rate = excluded.rate`,
    [JSON.stringify(tariffs)],
  );
}

/** A campaign that does not say how many prices follow counts as whole at once. */
export async function saveCampaigns(tx: Tx, campaigns: readonly object[]): Promise<void> {
  await tx.query(
    `INSERT INTO contracts.campaign_copy SELECT "campaignId", "tariffId", channel, "validFrom", "validUntil", coalesce("priceCount", 0)
     FROM jsonb_to_recordset($1) AS c ("campaignId" uuid, "tariffId" uuid, channel text, "validFrom" date, "validUntil" date,
       "priceCount" int) ON CONFLICT DO NOTHING`,
    [JSON.stringify(campaigns)],
  );
}

export async function savePrices(tx: Tx, chunks: readonly { campaignId: string; prices: readonly object[] }[]): Promise<void> {
  const rows = chunks.flatMap(({ campaignId, prices }) => prices.map((price) => ({ campaignId, ...price })));
  await tx.query(
    `WITH stored AS (INSERT INTO contracts.campaign_price_copy (campaign_id, postal_code, city, district, starts_on,
      working_price_ct_per_kwh, fix_fee_cents_per_month, variable_bonus_ct_per_kwh, fixed_bonus_cents,
         grid_working_ct_per_kwh, grid_fix_cents_per_month)
       SELECT * FROM jsonb_to_recordset($1) AS p ("campaignId" uuid, "postalCode" text, city text, district text, "startsOn" date,
         "workingPriceCtPerKwh" numeric, "fixFeeCentsPerMonth" numeric,
         "variableBonusCtPerKwh" numeric, "fixedBonusCents" bigint, "gridWorkingCtPerKwh" numeric, "gridFixCentsPerMonth" numeric)
       ON CONFLICT DO NOTHING RETURNING campaign_id)
     UPDATE contracts.campaign_copy c SET prices_received = prices_received + n FROM (SELECT campaign_id, count(*) AS n
       FROM stored GROUP BY 1) s WHERE s.campaign_id = c.campaign_id`,
    [JSON.stringify(rows)],
  );
}

export async function savePlaces(tx: Tx, places: readonly KnownPlace[]): Promise<void> {
  // The last word on a place counts: one statement cannot change a row twice.
  const latest = new Map(places.map((place) => [JSON.stringify([place.postalCode, place.city, place.district]), place]));
  await tx.query(
    `INSERT INTO contracts.place_copy (postal_code, city, district, ags, grid_operator_code, grid_area_code)
     SELECT * FROM jsonb_to_recordset($1) AS p ("postalCode" text, city text, district text, ags text, "gridOperatorCode" text,
       "gridAreaCode" text)
     ON CONFLICT (postal_code, city, district_key) DO UPDATE SET ags = excluded.ags,
       grid_operator_code = excluded.grid_operator_code, grid_area_code = excluded.grid_area_code`,
    [JSON.stringify([...latest.values()])],
  );
}

import type { Queryable } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { Place } from '../campaigns/place.ts';
import type { OfferedPrice } from '../campaigns/price.ts';
import { campaignsById } from './campaigns.ts';
import { PRICE_TABLES } from './prices.ts';
import { tariffsById } from './tariffs.ts';

type Row = Omit<OfferedPrice, 'campaign' | 'tariff' | 'place' | 'costs'> &
  Place &
  OfferedPrice['costs'] & { campaignId: string; tariffId: string };

/** Columns of either price table, unit prices without trailing zeros. */
const COLUMNS = `campaign_id AS "campaignId", tariff_id AS "tariffId", line, starts_on AS "startsOn", place.*,
  trim_scale(working_price_ct_per_kwh) AS "workingPriceCtPerKwh", trim_scale(fix_fee_cents_per_month) AS "fixFeeCentsPerMonth",
  trim_scale(variable_bonus_ct_per_kwh) AS "variableBonusCtPerKwh", fixed_bonus_cents AS "fixedBonusCents",
    trim_scale(grid_working_ct_per_kwh) AS "gridWorkingCtPerKwh", trim_scale(grid_fix_cents_per_month) AS "gridFixCentsPerMonth",
  trim_scale(energy_ct_per_kwh) AS energy, trim_scale(grid_working_ct_per_kwh) AS grid,
    trim_scale(concession_ct_per_kwh) AS concession, trim_scale(levies_ct_per_kwh) AS levies, trim_scale(tax_ct_per_kwh) AS tax,
  trim_scale((cost_breakdown ->> 'margin')::numeric) AS margin`;
const PLACE = `LATERAL (SELECT p.postal_code AS "postalCode", p.city, p.district, p.ags, p.grid_operator_code AS "gridOperatorCode",
  p.grid_operator_name AS "gridOperatorName", p.grid_area_code AS "gridAreaCode"
  FROM pricing.place p WHERE p.postal_code = price.postal_code AND p.city = price.city AND p.district_key = price.district_key) place`;
/** Of each tariff the newest campaign of the channel that is on offer on the day. */
const ON_OFFER = `SELECT DISTINCT ON (c.tariff_id) c.id FROM pricing.campaign c JOIN pricing.tariff t ON t.id = c.tariff_id
  WHERE c.channel = $1 AND c.published_at IS NOT NULL AND daterange(c.valid_from, c.valid_until) @> $2::date
    AND daterange(t.valid_from, t.valid_until) @> $2::date AND ($3::uuid IS NULL OR c.tariff_id = $3)
  ORDER BY c.tariff_id, c.published_at DESC, c.id DESC`;

export type Offered = Readonly<{ channel: string; on: LocalDate; tariffId: string | null }>;

/** What the channel offers at a place for supply from a day: one price of each tariff. */
export async function offersAt(
  db: Queryable,
  { channel, on, tariffId }: Offered,
  place: Place,
  startOn: LocalDate,
): Promise<OfferedPrice[]> {
  const parts = Object.values(PRICE_TABLES).map(
    (table) => `(SELECT DISTINCT ON (campaign_id) ${COLUMNS} FROM ${table} price, ${PLACE} WHERE campaign_id IN (SELECT id FROM on_offer)
      AND price.postal_code = $4 AND price.city = $5 AND price.district_key = $6 AND starts_on <= $7 ORDER BY campaign_id, starts_on DESC)`,
  );
  const { rows } = await db.query<Row>(`WITH on_offer AS MATERIALIZED (${ON_OFFER}) ${parts.join(' UNION ALL ')}`, [
    channel,
    on,
    tariffId,
    place.postalCode,
    place.city,
    place.district ?? '',
    startOn,
  ]);
  return withTheirs(db, rows);
}

/** A page of a channel's price list, by campaign and place in its payload. */
export async function priceListPage(
  db: Queryable,
  { channel, on, tariffId }: Offered,
  postalCode: string | null,
  first: number,
  after: string[] | null,
): Promise<OfferedPrice[]> {
  const parts = Object.values(PRICE_TABLES).map(
    (
      table,
    ) => `(SELECT ${COLUMNS} FROM ${table} price, ${PLACE} WHERE campaign_id IN (SELECT id FROM on_offer)
      AND ($4::text IS NULL OR price.postal_code = $4)
      AND ($5::uuid IS NULL OR (campaign_id, line) > ($5, $6)) ORDER BY campaign_id, line LIMIT $7)`,
  );
  const { rows } = await db.query<Row>(
    `WITH on_offer AS MATERIALIZED (${ON_OFFER}) SELECT * FROM (${parts.join(' UNION ALL ')}) price ORDER BY "campaignId", line LIMIT $7`,
    [channel, on, tariffId, postalCode, after?.[0] ?? null, after?.[1] ?? 0, first + 1],
  );
  return withTheirs(db, rows);
}

async function withTheirs(db: Queryable, rows: readonly Row[]): Promise<OfferedPrice[]> {
  const campaigns = new Map(
    (await campaignsById(db, [...new Set(rows.map((row) => row.campaignId))])).map((campaign) => [campaign.id as string, campaign]),
  );
  const tariffs = new Map(
    (await tariffsById(db, [...new Set(rows.map((row) => row.tariffId))])).map((tariff) => [tariff.id as string, tariff]),
  );
  return rows.map(
    ({
      campaignId,
      tariffId,
      postalCode,
      city,
      district,
      ags,
      gridOperatorCode,
      gridOperatorName,
      gridAreaCode,
      energy,
      grid,
      concession,
      levies,
      tax,
      margin,
      ...price
    }) => ({
      ...price,
      campaign: campaigns.get(campaignId)!,
      tariff: tariffs.get(tariffId)!,
      place: { postalCode, city, district, ags, gridOperatorCode, gridOperatorName, gridAreaCode },
      costs: { energy, grid, concession, levies, tax, margin },
    }),
  );
}

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import { fault, type InputFault } from '@stromgraph/kernel/problem';
import type { PriceLine } from '../campaigns/price.ts';
import type { Tariff, TariffKind } from '../tariffs/tariff.ts';

/** Fixed and dynamic prices lie apart, so that their versions never mix. */
export const PRICE_TABLES: Readonly<Record<TariffKind, string>> = {
  FIX12: 'pricing.campaign_price_fix12',
  DYNAMIC: 'pricing.campaign_price_dynamic',
};

export type NumberedLine = Readonly<{ number: number; line: PriceLine }>;

/** Rows whose place is unknown or has no grid fee on the day of the price. */
export async function placeFaults(tx: Tx, lines: readonly NumberedLine[]): Promise<InputFault[]> {
  const rows = await tx.sql<{
    number: number;
    postal_code: string;
    city: string;
    district: string | null;
    starts_on: string;
    known: boolean;
  }>`
    SELECT r.number, r.postal_code, r.city, r.district, r.starts_on, p.city IS NOT NULL AS known
    FROM unnest(${lines.map(({ number }) => number)}::int[], ${column(lines, 'postalCode')}::text[], ${column(lines,
      'city')}::text[], ${column(lines, 'district')}::text[], ${column(lines, 'startsOn')}::date[])
      AS r (number, postal_code, city, district, starts_on)
    LEFT JOIN pricing.place p ON p.postal_code = r.postal_code AND p.city = r.city AND p.district_key = coalesce(r.district, '')
    WHERE p.city IS NULL OR NOT EXISTS (
      SELECT FROM pricing.grid_fee g WHERE g.postal_code = p.postal_code AND g.city = p.city AND g.district_key = p.district_key
        AND daterange(g.valid_from, g.valid_until) @> r.starts_on)
    ORDER BY r.number`;
  return rows.map(({ number, postal_code, city, district, starts_on, known }) => {
    const place = [postal_code, city, district].filter(Boolean).join(' ');
    return known
      ? fault(`rows.${number}.startsOn`, `${place} has no grid fee on ${starts_on}`, 'a day on which the place has a grid fee')
      : fault(`rows.${number}.postalCode`, `${place} is not a known place`, 'postal code, city and district of a known place');
  });
}

/** Stores lines of an unpublished campaign; returns those that repeat a place and day of the campaign. */
export async function insertPrices(tx: Tx, campaignId: string, tariff: Tariff, lines: readonly NumberedLine[]): Promise<NumberedLine[]> {
  const { rows } = await tx.query<{ line: number }>(
    `INSERT INTO ${PRICE_TABLES[tariff.kind]} (campaign_id, tariff_id, minimum_margin_ct_per_kwh, maximum_margin_ct_per_kwh, line,
      postal_code, city, district, starts_on,
       working_price_ct_per_kwh, fix_fee_cents_per_month, variable_bonus_ct_per_kwh, fixed_bonus_cents, grid_working_ct_per_kwh,
         grid_fix_cents_per_month,
       energy_ct_per_kwh, concession_ct_per_kwh, levies_ct_per_kwh, tax_ct_per_kwh, cost_breakdown)
     SELECT $1, $2, $3, $4, r.*, jsonb_build_object('energy', energy::text, 'grid', grid::text, 'concession', concession::text,
       'levies', levies::text, 'tax', tax::text,
       'margin', (working - (energy + grid + concession + levies + tax))::text)
     FROM unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::date[], $10::numeric[], $11::numeric[], $12::numeric[],
       $13::bigint[], $14::numeric[], $15::numeric[], $16::numeric[], $17::numeric[], $18::numeric[], $19::numeric[])
       AS r (line, postal_code, city, district, starts_on, working, fix_fee, variable_bonus, fixed_bonus, grid, grid_fix, energy,
         concession, levies, tax)
     ON CONFLICT DO NOTHING RETURNING line`,
    [
      campaignId,
      tariff.id,
      tariff.minimumMarginCtPerKwh,
      tariff.maximumMarginCtPerKwh,
      lines.map(({ number }) => number),
      ...(
        [
          'postalCode',
          'city',
          'district',
          'startsOn',
          'workingPriceCtPerKwh',
          'fixFeeCentsPerMonth',
          'variableBonusCtPerKwh',
          'fixedBonusCents',
          'gridWorkingCtPerKwh',
          'gridFixCentsPerMonth',
          'energyCtPerKwh',
          'concessionCtPerKwh',
          'leviesCtPerKwh',
          'taxCtPerKwh',
        ] as const
      ).map((name) => column(lines, name)),
    ],
  );
  if (rows.length === lines.length) return [];
  const stored = new Set(rows.map(({ line }) => line));
  return lines.filter(({ number }) => !stored.has(number));
}

export type PublishedPrice = Readonly<{
  postalCode: string;
  city: string;
  district: string | null;
  startsOn: string;
  workingPriceCtPerKwh: string;
  fixFeeCentsPerMonth: string;
  variableBonusCtPerKwh: string;
  fixedBonusCents: string;
  gridWorkingCtPerKwh: string;
  gridFixCentsPerMonth: string;
}>;

/** A published campaign's prices by their place in the payload, after `line`. */
export async function pricesAfter(
  db: Queryable,
  campaignId: string,
  kind: TariffKind,
  line: number,
  limit: number,
): Promise<PublishedPrice[]> {
  const { rows } = await db.query<PublishedPrice>(
    `SELECT postal_code AS "postalCode", city, district, starts_on AS "startsOn",
      trim_scale(working_price_ct_per_kwh)::text AS "workingPriceCtPerKwh",
      trim_scale(fix_fee_cents_per_month)::text AS "fixFeeCentsPerMonth",
       trim_scale(variable_bonus_ct_per_kwh)::text AS "variableBonusCtPerKwh", fixed_bonus_cents::text AS "fixedBonusCents",
         trim_scale(grid_working_ct_per_kwh)::text AS "gridWorkingCtPerKwh",
       trim_scale(grid_fix_cents_per_month)::text AS "gridFixCentsPerMonth"
     FROM ${PRICE_TABLES[kind]} WHERE campaign_id = $1 AND line > $2 ORDER BY line LIMIT $3`,
    [campaignId, line, limit],
  );
  return rows;
}

const column = (lines: readonly NumberedLine[], name: keyof PriceLine) => lines.map(({ line }) => line[name]);

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Id } from '@stromgraph/kernel/ids';
import type { Tariff, TariffKind } from '../tariffs/tariff.ts';

type Row = {
  id: string;
  name: string;
  kind: TariffKind;
  minimum_duration_months: number;
  minimum_margin_ct_per_kwh: string;
  maximum_margin_ct_per_kwh: string;
  consumption_from_watt_hours: bigint;
  consumption_until_watt_hours: bigint;
  billing_frequency_months: number;
  advance_payment_mode: Tariff['advancePaymentMode'];
  number_of_advances: number;
  grace_days: number;
  end_of_contract: Tariff['endOfContract'];
  fixed_bonus_cents: bigint;
  passed_through: Tariff['passedThrough'];
  valid_from: string;
  valid_until: string | null;
  rate: Tariff['rate'];
  rate_version: number;
};

/** A tariff with its newest rate. */
const SELECT = `SELECT t.*, r.configuration AS rate, r.version AS rate_version FROM pricing.tariff t
  JOIN LATERAL (SELECT configuration, version FROM pricing.rate_configuration
    WHERE tariff_id = t.id ORDER BY version DESC LIMIT 1) r ON true`;

export async function insertTariff(tx: Tx, tariff: Tariff, at: Date): Promise<void> {
  await tx.sql`INSERT INTO pricing.tariff (id, name, kind, minimum_duration_months, minimum_margin_ct_per_kwh,
    maximum_margin_ct_per_kwh, consumption_from_watt_hours,
      consumption_until_watt_hours, billing_frequency_months, advance_payment_mode, number_of_advances, grace_days, end_of_contract,
        fixed_bonus_cents, passed_through, valid_from, valid_until, defined_at)
    VALUES (${tariff.id}, ${tariff.name}, ${tariff.kind}, ${tariff.minimumDurationMonths}, ${tariff.minimumMarginCtPerKwh},
      ${tariff.maximumMarginCtPerKwh}, ${tariff.consumptionFromWattHours},
      ${tariff.consumptionUntilWattHours}, ${tariff.billingFrequencyMonths}, ${tariff.advancePaymentMode},
        ${tariff.numberOfAdvances}, ${tariff.graceDays}, ${tariff.endOfContract},
      ${tariff.fixedBonusCents}, ${tariff.passedThrough}, ${tariff.validFrom}, ${tariff.validUntil}, ${at})`;
  await tx.sql`INSERT INTO pricing.rate_configuration (tariff_id, version, configuration, defined_at) VALUES (${tariff.id},
    ${tariff.rateVersion}, ${JSON.stringify(tariff.rate)}, ${at})`;
}

export async function tariffsById(db: Queryable, ids: readonly string[]): Promise<Tariff[]> {
  return (await db.query<Row>(`${SELECT} WHERE t.id = ANY ($1::uuid[])`, [ids])).rows.map(toTariff);
}

/** Newest first. */
export async function tariffsPage(db: Queryable, kind: TariffKind | null, first: number, after: string[] | null): Promise<Tariff[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE ($1::text IS NULL OR t.kind = $1) AND ($2::uuid IS NULL OR t.id < $2) ORDER BY t.id DESC LIMIT $3`,
    [kind, after?.[0] ?? null, first + 1],
  );
  return rows.map(toTariff);
}

const toTariff = (row: Row): Tariff => ({
  id: row.id as Id<'tariff'>,
  name: row.name,
  kind: row.kind,
  minimumDurationMonths: row.minimum_duration_months,
  minimumMarginCtPerKwh: row.minimum_margin_ct_per_kwh,
  maximumMarginCtPerKwh: row.maximum_margin_ct_per_kwh,
  consumptionFromWattHours: row.consumption_from_watt_hours,
  consumptionUntilWattHours: row.consumption_until_watt_hours,
  billingFrequencyMonths: row.billing_frequency_months,
  advancePaymentMode: row.advance_payment_mode,
  numberOfAdvances: row.number_of_advances,
  graceDays: row.grace_days,
  endOfContract: row.end_of_contract,
  fixedBonusCents: row.fixed_bonus_cents,
  passedThrough: row.passed_through,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  rate: row.rate,
  rateVersion: row.rate_version,
});

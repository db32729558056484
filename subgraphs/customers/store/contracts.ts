import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { LocalDate } from '@stromgraph/kernel/time';
import type { ContractPrice, ContractRelation, CustomerContract } from '../record/customer.ts';

type NewReference = Readonly<{ contractId: string; customerId: string; contractNumber: string; premiseId: string; tariffId: string; tariffName: string; startOn: LocalDate; endOn: LocalDate | null }>;

/** The customer owns the contract; supply has not started. It belongs to the root account until somebody moves it. */
export const insertReference = (tx: Tx, { contractId, customerId, contractNumber, premiseId, tariffId, tariffName, startOn, endOn }: NewReference) => tx.sql`
  INSERT INTO customers.contract_ref (contract_id, customer_id, contract_number, relation, active, account_id, premise_id, tariff_id, tariff_name, start_on, end_on)
  SELECT ${contractId}::uuid, ${customerId}::uuid, ${contractNumber}, 'OWNER', false, id, ${premiseId}::uuid, ${tariffId}::uuid, ${tariffName}, ${startOn}::date, ${endOn}::date
  FROM customers.account WHERE customer_id = ${customerId} AND parent_id IS NULL
  ON CONFLICT (contract_id, customer_id) DO UPDATE SET
    premise_id = excluded.premise_id, tariff_id = excluded.tariff_id, tariff_name = excluded.tariff_name, start_on = excluded.start_on, end_on = excluded.end_on`;

export const activateReferences = (tx: Tx, contractId: string) => tx.sql`UPDATE customers.contract_ref SET active = true WHERE contract_id = ${contractId} AND relation <> 'FORMER'`;

/** Supply ends; the customer owns the contract until then and beyond. */
export const endReferences = (tx: Tx, { contractId, endOn }: { contractId: string; endOn: LocalDate }) => tx.sql`UPDATE customers.contract_ref SET end_on = ${endOn} WHERE contract_id = ${contractId}`;

/** It never comes to a supply. */
export const cancelReferences = (tx: Tx, contractId: string) => tx.sql`UPDATE customers.contract_ref SET active = false WHERE contract_id = ${contractId}`;

type NewPrice = Readonly<{
  id: string; contractId: string; customerId: string; campaignId: string; tariffId: string; validFrom: LocalDate;
  workingPriceCtPerKwh: string; fixFeeEurPerMonth: string; variableBonusCtPerKwh: string; fixedBonusEur: string;
}>;

/** A row only when a component has changed. Decimals are brought to one form first, so that 30 and 30.0 are the same price. */
export const insertPrice = (tx: Tx, { id, contractId, customerId, campaignId, tariffId, validFrom, ...price }: NewPrice) => tx.sql`
  WITH given AS (
    SELECT trim_scale(${price.workingPriceCtPerKwh}::numeric) AS working, trim_scale(${price.fixFeeEurPerMonth}::numeric * 100) AS fix_fee,
           trim_scale(${price.variableBonusCtPerKwh}::numeric) AS variable_bonus, round(${price.fixedBonusEur}::numeric * 100)::bigint AS fixed_bonus
  ), hashed AS (SELECT *, sha256(convert_to(concat_ws('|', working, fix_fee, variable_bonus, fixed_bonus), 'UTF8')) AS hash FROM given)
  INSERT INTO customers.customer_pricing
  SELECT ${id}::uuid, ${customerId}::uuid, ${contractId}::uuid, ${campaignId}::uuid, ${tariffId}::uuid, ${validFrom}::date, working, fix_fee, variable_bonus, fixed_bonus, hash FROM hashed
  WHERE hash IS DISTINCT FROM (
    SELECT p.components_hash FROM customers.customer_pricing p
    WHERE p.contract_id = ${contractId} AND p.customer_id = ${customerId} AND p.valid_from <= ${validFrom}::date ORDER BY p.valid_from DESC LIMIT 1)`;

type ReferenceRow = Readonly<{
  contract_id: string; customer_id: string; contract_number: string; relation: string; active: boolean; tariff_name: string; start_on: LocalDate; end_on: LocalDate | null; premise_id: string | null;
}>;

/** A customer's contracts after one of them, newest first; ids rise with time. */
export async function contractsOf(db: Queryable, customerId: string, after: string | null, limit: number): Promise<CustomerContract[]> {
  const rows = await db.sql<ReferenceRow>`
    SELECT * FROM customers.contract_ref WHERE customer_id = ${customerId} AND (${after}::uuid IS NULL OR contract_id < ${after}) ORDER BY contract_id DESC LIMIT ${limit}`;
  return rows.map((row) => ({
    contractId: row.contract_id, customerId: row.customer_id, number: row.contract_number, relation: row.relation as ContractRelation, active: row.active,
    tariffName: row.tariff_name, startOn: row.start_on, endOn: row.end_on, premiseId: row.premise_id,
  }));
}

type PriceRow = Readonly<{
  contract_id: string; customer_id: string; valid_from: LocalDate; campaign_id: string; tariff_id: string; newer: boolean;
  working_price_ct_per_kwh: string; fix_fee_cents_per_month: string; variable_bonus_ct_per_kwh: string; fixed_bonus_cents: bigint;
}>;

/** Price histories, latest first within each contract. A version is on offer when its days have begun and not ended. */
export async function pricesOf(db: Queryable, contractIds: readonly string[]): Promise<ContractPrice[]> {
  const rows = await db.sql<PriceRow>`
    SELECT p.*, EXISTS (
      SELECT 1 FROM customers.price_version mine JOIN customers.price_version newer USING (tariff_id, channel)
      WHERE mine.campaign_id = p.campaign_id AND newer.valid_from > mine.valid_from
        AND newer.valid_from <= (platform.business_now() AT TIME ZONE 'Europe/Berlin')::date
        AND (newer.valid_until IS NULL OR newer.valid_until > (platform.business_now() AT TIME ZONE 'Europe/Berlin')::date)) AS newer
    FROM customers.customer_pricing p WHERE p.contract_id = ANY (${contractIds}::uuid[]) ORDER BY p.valid_from DESC`;
  return rows.map((row) => ({
    contractId: row.contract_id, customerId: row.customer_id, validFrom: row.valid_from, campaignId: row.campaign_id, tariffId: row.tariff_id, newerOnOffer: row.newer,
    workingPriceCtPerKwh: row.working_price_ct_per_kwh, fixFeeCentsPerMonth: row.fix_fee_cents_per_month,
    variableBonusCtPerKwh: row.variable_bonus_ct_per_kwh, fixedBonusCents: row.fixed_bonus_cents,
  }));
}

export const insertPriceVersion = (tx: Tx, { campaignId, tariffId, channel, validFrom, validUntil }: { campaignId: string; tariffId: string; channel: string; validFrom: LocalDate; validUntil: LocalDate | null }) => tx.sql`
  INSERT INTO customers.price_version VALUES (${campaignId}, ${tariffId}, ${channel}, ${validFrom}, ${validUntil})
  ON CONFLICT (campaign_id) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until`;

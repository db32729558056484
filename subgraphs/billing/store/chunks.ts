import type { Tx } from '@stromgraph/kernel/database';
import type { AgreedPrice } from '../rating/agreed-price.ts';
import type { Period } from '../invoicing/invoice.ts';

/** A contract of a chunk that can be billed, with the days that are to be billed. */
export type Billable = Readonly<{
  contractId: string; customerId: string; campaignId: string; tariffId: string;
  startOn: string; graceDays: number; vatBasisPoints: number; sealedRecipient: string | null;
  period: Period; prices: readonly AgreedPrice[];
}>;

/** Holds the chunk's open contracts until the transaction ends; a repeat of the job finds none. */
export async function lockChunk(tx: Tx, runId: string, chunk: number): Promise<number> {
  const rows = await tx.sql`
    SELECT contract_id FROM billing.billing_run_contract WHERE run_id = ${runId} AND chunk = ${chunk} AND status = 'PENDING' ORDER BY contract_id FOR UPDATE`;
  return rows.length;
}

/** Parks what cannot be billed, each with its reason, in one statement; answers how many. */
export async function parkUnbillable(tx: Tx, runId: string, chunk: number, period: Period): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH work AS (
       SELECT r.contract_id, c.contract_id IS NULL AS unknown, c.activated, greatest(c.start_on, $3::date) AS from_on, least(coalesce(c.end_on, $4::date), $4::date) AS until_on
       FROM billing.billing_run_contract r LEFT JOIN billing.contract_cache c USING (contract_id)
       WHERE r.run_id = $1 AND r.chunk = $2 AND r.status = 'PENDING'
     ), judged AS (
       SELECT contract_id, CASE
         WHEN unknown THEN 'CONTRACT_UNKNOWN'
         WHEN NOT activated OR from_on >= until_on THEN 'NOT_SUPPLIED'
         WHEN EXISTS (SELECT 1 FROM billing.invoice i WHERE i.contract_id = w.contract_id AND i.type = 'FINAL' AND i.state <> 'CANCELLED' AND i.period && daterange(from_on, until_on)) THEN 'ALREADY_BILLED'
         WHEN NOT EXISTS (SELECT 1 FROM billing.contract_price p WHERE p.contract_id = w.contract_id AND p.valid_from <= from_on) THEN 'PRICE_MISSING'
         WHEN days.missing > 0 THEN 'READINGS_INCOMPLETE'
         WHEN days.held > 0 THEN 'READINGS_HELD'
       END AS reason, from_on, until_on FROM work w CROSS JOIN LATERAL (
         SELECT until_on - from_on - count(*) FILTER (WHERE u.complete OR u.held) AS missing, count(*) FILTER (WHERE u.held) AS held
         FROM billing.usage u WHERE u.contract_id = w.contract_id AND u.day >= from_on AND u.day < until_on) days
     )
     UPDATE billing.billing_run_contract r SET status = 'FAILED', reason = j.reason,
       detail = CASE WHEN j.reason IN ('READINGS_INCOMPLETE', 'READINGS_HELD') THEN (
         SELECT string_agg(named_on::date::text, ', ' ORDER BY named_on) FILTER (WHERE place <= 5) || CASE WHEN count(*) > 5 THEN ' and ' || count(*) - 5 || ' more days' ELSE '' END
         FROM (SELECT named_on, row_number() OVER (ORDER BY named_on) AS place FROM generate_series(j.from_on, j.until_on - 1, interval '1 day') AS d (named_on)
               LEFT JOIN billing.usage u ON u.contract_id = j.contract_id AND u.day = named_on::date
               WHERE CASE j.reason WHEN 'READINGS_HELD' THEN u.held ELSE (u.complete OR u.held) IS NOT TRUE END) named) END
     FROM judged j WHERE r.run_id = $1 AND r.contract_id = j.contract_id AND j.reason IS NOT NULL`,
    [runId, chunk, period.from, period.until],
  );
  return rowCount;
}

type BillableRow = { contract_id: string; customer_id: string; campaign_id: string; tariff_id: string; start_on: string; grace_days: number; vat_basis_points: number; sealed: string | null; from_on: string; until_on: string; prices: AgreedPrice[] };

/** What is left of the chunk after parking, with its prices. */
export async function billableOf(tx: Tx, runId: string, chunk: number, period: Period): Promise<Billable[]> {
  const { rows } = await tx.query<BillableRow>(
    `SELECT c.*, greatest(c.start_on, $3::date) AS from_on, least(coalesce(c.end_on, $4::date), $4::date) AS until_on, b.sealed, p.prices
     FROM billing.billing_run_contract r JOIN billing.contract_cache c USING (contract_id) LEFT JOIN billing.recipient b USING (customer_id)
     CROSS JOIN LATERAL (
       SELECT json_agg(json_build_object('validFrom', valid_from, 'campaignId', campaign_id, 'workingPriceCtPerKwh', working_price_ct_per_kwh::text, 'fixFeeEurPerMonth', fix_fee_eur_per_month::text,
         'variableBonusCtPerKwh', variable_bonus_ct_per_kwh::text, 'fixedBonusEur', fixed_bonus_eur::text) ORDER BY valid_from) AS prices
       FROM billing.contract_price WHERE contract_id = c.contract_id) p
     WHERE r.run_id = $1 AND r.chunk = $2 AND r.status = 'PENDING' ORDER BY c.contract_id`,
    [runId, chunk, period.from, period.until],
  );
  return rows.map((row) => ({
    contractId: row.contract_id, customerId: row.customer_id, campaignId: row.campaign_id, tariffId: row.tariff_id, startOn: row.start_on, graceDays: row.grace_days,
    vatBasisPoints: row.vat_basis_points, sealedRecipient: row.sealed, period: { from: row.from_on, until: row.until_on }, prices: row.prices,
  }));
}

export async function settleBilled(tx: Tx, runId: string, billed: readonly { contractId: string; invoiceId: string | null; grossCents: bigint }[]): Promise<void> {
  await tx.query(
    `UPDATE billing.billing_run_contract r SET status = 'BILLED', invoice_id = b.invoice_id, gross_cents = b.gross_cents
     FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS b (contract_id, invoice_id, gross_cents) WHERE r.run_id = $1 AND r.contract_id = b.contract_id`,
    [runId, billed.map((row) => row.contractId), billed.map((row) => row.invoiceId), billed.map((row) => row.grossCents)],
  );
}

import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { Id } from '@stromgraph/kernel/ids';
import type { InputFault } from '@stromgraph/kernel/problem';
import type { LocalDate } from '@stromgraph/kernel/time';
import { contractNumberOf, type Draft } from '../drafts/draft.ts';
import type { ContractState } from '../drafts/transitions.ts';

type Row = {
  contract_id: string;
  contract_number: string;
  funnel_id: string | null;
  customer_id: string;
  customer_kind: Draft['customerKind'];
  tariff_id: string;
  campaign_id: string;
  channel: string;
  tariff_name: string;
  tariff_kind: 'DYNAMIC' | 'FIX12';
  rate: { kind: string };
  working_price_ct_per_kwh: string;
  fix_fee_cents_per_month: string;
  variable_bonus_ct_per_kwh: string;
  fixed_bonus_cents: bigint;
  grid_working_ct_per_kwh: string;
  grid_fix_cents_per_month: string;
  vat_basis_points: number;
  minimum_duration_months: number;
  end_of_contract: Draft['endOfContract'];
  billing_interval: Draft['billingInterval'];
  advance_payment_mode: Draft['advancePaymentMode'];
  number_of_advances: number;
  grace_days: number;
  expected_watt_hours: bigint;
  postal_code: string;
  city: string;
  district: string | null;
  sealed_parties: string;
  sealed_iban: string | null;
  payment_method: Draft['paymentMethod'];
  mandate_reference: string | null;
  mandate_signed_at: Date | null;
  switch_reason: Draft['reason'];
  drafted_on: string;
  desired_start_on: string | null;
  expected_end_on: string | null;
  credit_status: Draft['creditStatus'];
  signed_at: Date;
  signed_contract_url: string | null;
  validation_faults: InputFault[];
  submission_late: Draft['submissionLate'];
  status: ContractState;
  status_since: Date;
};

/** Numbers for people rise with each import; one that rolls back leaves a gap. */
export async function nextContractNumber(tx: Tx, year: string): Promise<string> {
  const [row] = await tx.sql<{ count: bigint }>`SELECT nextval('contracts.contract_number_seq') AS count`;
  return contractNumberOf(year, row!.count);
}

export async function insertDraft(tx: Tx, draft: Draft, importRequestId: string): Promise<void> {
  const { price } = draft;
  await tx.sql`INSERT INTO contracts.contract_draft (contract_id, contract_number, import_request_id, funnel_id, customer_id,
    customer_kind, tariff_id, campaign_id, channel, tariff_name, tariff_kind, rate,
      working_price_ct_per_kwh, fix_fee_cents_per_month, variable_bonus_ct_per_kwh, fixed_bonus_cents, grid_working_ct_per_kwh,
        grid_fix_cents_per_month, vat_basis_points, minimum_duration_months, end_of_contract,
      billing_interval, advance_payment_mode, number_of_advances, grace_days, expected_watt_hours, postal_code, city, district,
        sealed_parties, sealed_iban, payment_method, mandate_reference, mandate_signed_at,
      switch_reason, drafted_on, desired_start_on, expected_end_on, signed_at, signed_contract_url, status, status_since)
    VALUES (${draft.contractId}, ${draft.contractNumber}, ${importRequestId}, ${draft.funnelId}, ${draft.customerId},
      ${draft.customerKind}, ${price.tariffId}, ${price.campaignId}, ${draft.channel}, ${price.tariffName},
      ${price.tariffKind}, ${JSON.stringify(price.rate)}, ${price.workingPriceCtPerKwh}, ${price.fixFeeCentsPerMonth},
        ${price.variableBonusCtPerKwh}, ${price.fixedBonusCents}, ${price.gridWorkingCtPerKwh},
      ${price.gridFixCentsPerMonth}, ${price.vatBasisPoints}, ${draft.minimumDurationMonths}, ${draft.endOfContract},
        ${draft.billingInterval}, ${draft.advancePaymentMode}, ${draft.numberOfAdvances}, ${draft.graceDays},
      ${draft.expectedWattHours}, ${draft.postalCode}, ${draft.city}, ${draft.district}, ${draft.sealedParties}, ${draft.sealedIban},
        ${draft.paymentMethod}, ${draft.mandateReference}, ${draft.mandateSignedAt},
      ${draft.reason}, ${draft.draftedOn}, ${draft.desiredStartOn}, ${draft.expectedEndOn}, ${draft.signedAt},
        ${draft.signedContractUrl}, ${draft.status}, ${draft.statusSince})`;
}

/** Holds the draft until the transaction ends: steps of one contract follow each other. */
export async function lockDraft(tx: Tx, contractId: string): Promise<Draft | null> {
  const [row] = await tx.sql<Row>`SELECT * FROM contracts.contract_draft WHERE contract_id = ${contractId} FOR UPDATE`;
  return row ? toDraft(row) : null;
}

/** Takes a step; the database refuses any that its table does not know. */
export async function moveDraft(tx: Tx, contractId: string, to: ContractState, at: Date): Promise<void> {
  await tx.sql`UPDATE contracts.contract_draft SET status = ${to}, status_since = ${at} WHERE contract_id = ${contractId}`;
}

export async function saveValidation(tx: Tx, contractId: string, faults: readonly InputFault[]): Promise<void> {
  await tx.sql`UPDATE contracts.contract_draft SET validation_faults = ${JSON.stringify(faults)} WHERE contract_id = ${contractId}`;
}

export async function saveExpectedEnd(tx: Tx, contractId: string, expectedEndOn: LocalDate | null): Promise<void> {
  await tx.sql`UPDATE contracts.contract_draft SET expected_end_on = ${expectedEndOn} WHERE contract_id = ${contractId}`;
}

export async function saveLateness(tx: Tx, contractId: string, late: 'WARNING' | 'ALERT'): Promise<void> {
  await tx.sql`UPDATE contracts.contract_draft SET submission_late = ${late} WHERE contract_id = ${contractId}`;
}

export async function draftsById(db: Queryable, ids: readonly string[]): Promise<Draft[]> {
  return (await db.sql<Row>`SELECT * FROM contracts.contract_draft WHERE contract_id = ANY (${ids}::uuid[])`).map(toDraft);
}

/** A customer's contracts that are not confirmed yet, newest first. */
export async function draftsOfCustomer(
  db: Queryable,
  customerId: string,
  statuses: readonly string[],
  first: number,
  after: string[] | null,
): Promise<Draft[]> {
  const rows =
    await db.sql<Row>`SELECT * FROM contracts.contract_draft WHERE customer_id = ${customerId} AND status = ANY (${statuses})
      AND (${after?.[0] ?? null}::uuid IS NULL OR contract_id < ${after?.[0] ?? null}::uuid)
    ORDER BY contract_id DESC LIMIT ${first + 1}`;
  return rows.map(toDraft);
}

/** Oldest signature first. */
export async function switchBoardPage(
  db: Queryable,
  { statuses, late }: { statuses: readonly string[]; late: boolean | null },
  first: number,
  after: string[] | null,
): Promise<Draft[]> {
  const rows =
    await db.sql<Row>`SELECT * FROM contracts.contract_draft WHERE status = ANY (${statuses})
      AND (${late}::boolean IS NULL OR (submission_late IS NOT NULL) = ${late})
      AND (${after?.[0] ?? null}::timestamptz IS NULL OR (signed_at, contract_id) > (${after?.[0] ?? null}::timestamptz,
        ${after?.[1] ?? null}::uuid))
    ORDER BY signed_at, contract_id LIMIT ${first + 1}`;
  return rows.map(toDraft);
}

const toDraft = (row: Row): Draft => ({
  contractId: row.contract_id as Id<'contract'>,
  contractNumber: row.contract_number,
  funnelId: row.funnel_id,
  customerId: row.customer_id as Id<'customer'>,
  customerKind: row.customer_kind,
  channel: row.channel,
  price: {
    tariffId: row.tariff_id as Id<'tariff'>,
    campaignId: row.campaign_id as Id<'campaign'>,
    tariffName: row.tariff_name,
    tariffKind: row.tariff_kind,
    rate: row.rate,
    workingPriceCtPerKwh: plain(row.working_price_ct_per_kwh),
    fixFeeCentsPerMonth: plain(row.fix_fee_cents_per_month),
    variableBonusCtPerKwh: plain(row.variable_bonus_ct_per_kwh),
    fixedBonusCents: row.fixed_bonus_cents,
    gridWorkingCtPerKwh: plain(row.grid_working_ct_per_kwh),
    gridFixCentsPerMonth: plain(row.grid_fix_cents_per_month),
    vatBasisPoints: row.vat_basis_points,
  },
  minimumDurationMonths: row.minimum_duration_months,
  endOfContract: row.end_of_contract,
  billingInterval: row.billing_interval,
  advancePaymentMode: row.advance_payment_mode,
  numberOfAdvances: row.number_of_advances,
  graceDays: row.grace_days,
  expectedWattHours: row.expected_watt_hours,
  postalCode: row.postal_code,
  city: row.city,
  district: row.district,
  sealedParties: row.sealed_parties,
  sealedIban: row.sealed_iban,
  paymentMethod: row.payment_method,
  mandateReference: row.mandate_reference,
  mandateSignedAt: row.mandate_signed_at,
  reason: row.switch_reason,
  draftedOn: row.drafted_on,
  desiredStartOn: row.desired_start_on,
  expectedEndOn: row.expected_end_on,
  creditStatus: row.credit_status,
  signedAt: row.signed_at,
  signedContractUrl: row.signed_contract_url,
  validationFaults: row.validation_faults,
  submissionLate: row.submission_late,
  status: row.status,
  statusSince: row.status_since,
});

/** Without the zeros that fill a column's decimals. */
const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

// Rows of the domain contracts as they may be, for tests that try how they may not be.
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { aMaloId } from './signed-contract.ts';

export const AT = '2026-11-24T09:00:00Z';
export const MALO = '41373559241';

/** Of whom all of them are, so that they fit together. */
const CUSTOMER = newId();

const REQUEST = { id: 'new', sender: 'a', idempotency_key: 'new', body: '{}', sealed: 's', received_at: AT };
const DRAFT = {
  contract_id: 'new', contract_number: 'new', import_request_id: 'new', customer_id: CUSTOMER, customer_kind: 'INDIVIDUAL', tariff_id: newId(), campaign_id: newId(), channel: 'WEB', tariff_name: 'Fix', tariff_kind: 'FIX12', rate: '{"kind": "FLAT"}',
  working_price_ct_per_kwh: '27.086', fix_fee_cents_per_month: '1190', variable_bonus_ct_per_kwh: '0', fixed_bonus_cents: 0, grid_working_ct_per_kwh: '8.5', grid_fix_cents_per_month: '700', vat_basis_points: 1900, minimum_duration_months: 12,
  end_of_contract: 'END', billing_interval: 'MONTHLY', advance_payment_mode: 'NONE', number_of_advances: 0, grace_days: 14, expected_watt_hours: 1, postal_code: '24103', city: 'Kiel', sealed_parties: 's', sealed_iban: 's', payment_method: 'SEPA',
  mandate_reference: 'M', mandate_signed_at: AT, switch_reason: 'MOVE_IN', drafted_on: '2026-11-24', desired_start_on: null, signed_at: AT, status: 'DRAFT', status_since: AT,
};
const MALO_DRAFT = { contract_id: 'new', version: 2, previous_version: 1, customer_id: CUSTOMER, malo_id: MALO, grid_operator_code: '9999000100012', meter_number: ' 1emh ', status: 'EDITED', edited_by: 'a', edited_at: AT };
const APPLICATION = { process_id: 'new', contract_id: 'new', malo_draft_version: 1, malo_id: MALO, grid_operator_code: '9999000100012', meter_number: '1EMH', start_on: '2026-11-26', requested_at: AT, answer_due_at: AT, status: 'REQUESTED' };
const LOCATION = { id: 'new', malo_id: 'new', postal_code: '24103', city: 'Kiel', ags: '01002000', grid_area_id: newId(), grid_area_code: '11YSTROM-NORD--9', grid_operator_code: '9999000100012', metering_operator_code: null, profile: 'H25', voltage: 'LOW', metering_kind: 'PROFILE' };
const CONTRACT = { id: 'new', contract_number: 'new', customer_id: CUSTOMER, tariff_id: newId(), campaign_id: newId(), market_location_id: 'new', working_price_ct_per_kwh: '27', fix_fee_cents_per_month: '1190', expected_watt_hours: 1, start_on: '2026-12-01', billing_interval: 'MONTHLY', state: 'CONFIRMED', confirmed_at: AT };
const PRICE = { contract_id: 'new', valid_from: '2026-12-01', campaign_id: newId(), tariff_id: newId(), tariff_name: 'Fix', tariff_kind: 'FIX12', rate: '{"kind": "FLAT"}', working_price_ct_per_kwh: '27', fix_fee_cents_per_month: '1190', variable_bonus_ct_per_kwh: '0', fixed_bonus_cents: 0, grid_working_ct_per_kwh: '8.5', grid_fix_cents_per_month: '700', vat_basis_points: 1900, cause: 'CONFIRMATION', agreed_at: AT };
const SUPPLIED = { id: 'new', contract_id: 'new', customer_id: CUSTOMER, market_location_id: 'new', grid_operator_code: '9999000100012', own_metering_operator: false, meter_number: '1EMH', change_status: 'CONFIRMED', valid_from: '2026-12-01', valid_until: '2027-01-01' };
const ATTACHMENT = { id: 'new', contract_id: 'new', kind: 'PREVIOUS_BILL', link: 'https://files.example.test/a.pdf', received_at: AT };
const TABLES = { import_request: REQUEST, contract_draft: DRAFT, malo_draft: MALO_DRAFT, switch_application: APPLICATION, market_location: LOCATION, contract: CONTRACT, contract_price: PRICE, customer_malo: SUPPLIED, attachment: ATTACHMENT } as const;
export type Table = keyof typeof TABLES;
export type InsertRow = (table: Table, change?: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Inserts a row with whatever it needs; what is `new` in it is made here. */
export function rowsIn(db: Db): InsertRow {
  const insert: InsertRow = async (table, change = {}) => {
    const row: Record<string, unknown> = { ...TABLES[table], ...change };
    if (row['id'] === 'new') row['id'] = table === 'contract' ? (await insert('contract_draft'))['contract_id'] : newId();
    if (row['process_id'] === 'new') row['process_id'] = newId();
    if (row['contract_id'] === 'new') row['contract_id'] = await contractFor(table);
    if (row['contract_number'] === 'new') row['contract_number'] = `V-2026-${String(Math.floor(Math.random() * 1e12)).padStart(12, '0')}`;
    if (row['idempotency_key'] === 'new') row['idempotency_key'] = newId();
    if (row['malo_id'] === 'new') row['malo_id'] = aMaloId();
    if (row['import_request_id'] === 'new') row['import_request_id'] = (await insert('import_request'))['id'];
    if (row['market_location_id'] === 'new') row['market_location_id'] = (await insert('market_location'))['id'];
    const names = Object.keys(row);
    await db.query(`INSERT INTO contracts.${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`, Object.values(row));
    return row;
  };
  const contractFor = async (table: Table) =>
    table === 'contract_draft' ? newId() : table === 'contract_price' || table === 'customer_malo' ? (await insert('contract'))['id'] : (await insert('contract_draft'))['contract_id'];
  return insert;
}

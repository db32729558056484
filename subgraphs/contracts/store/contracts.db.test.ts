// Each promise of the schema, with an attempt to break it as the domain itself, and as the owner where the domain may not even try.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { AT, type InsertRow, MALO, rowsIn, type Table } from '../../../tests/build/contract-rows.ts';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { waitsForLock } from '../../../tests/locks.ts';
import { refusal } from '../../../tests/refusal.ts';

const CHECK = '23514';
const FOREIGN_KEY = '23503';
const UNIQUE = '23505';
const EXCLUDED = '23P01';
const RESTRICTED = '23001';
const DENIED = '42501';
const NOT_NULL = '23502';
/** In the rows below: the draft and the market location that are there. */
const [draftId, locationId, requestId] = [newId(), newId(), newId()];

let database: TestDatabase;
let db: Db;
let insert: InsertRow;

const file = (text: string, encoding: BufferEncoding = 'latin1') => {
  const bytes = Buffer.from(text, encoding);
  return { link: null, bytes, digest_sha256: createHash('sha256').update(bytes).digest() };
};

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(AT);
  db = await database.open('contracts');
  const into = rowsIn(db);
  const about: Partial<Record<Table, object>> = {
    malo_draft: { contract_id: draftId }, switch_application: { contract_id: draftId }, attachment: { contract_id: draftId }, contract: { market_location_id: locationId }, customer_malo: { market_location_id: locationId },
  };
  insert = (table, change) => into(table, { ...about[table], ...change });
  await insert('import_request', { id: requestId, idempotency_key: 'known' });
  await insert('contract_draft', { contract_id: draftId, import_request_id: requestId, contract_number: 'V-2026-900000' });
  await insert('malo_draft', { contract_id: draftId, version: 1, previous_version: null, status: 'DRAFT' });
  await insert('market_location', { id: locationId, malo_id: MALO });
});
afterAll(() => database.drop());

test.each<[string, Table, Record<string, unknown>, string, string]>([
  ['a key of a sender twice', 'import_request', { idempotency_key: 'known' }, UNIQUE, 'import_once'],
  ['an empty key', 'import_request', { idempotency_key: '' }, CHECK, 'import_request_idempotency_key_check'],
  ['a key of 256 characters', 'import_request', { idempotency_key: 'x'.repeat(256) }, CHECK, 'import_request_idempotency_key_check'],
  ['a number twice', 'contract_draft', { contract_number: 'V-2026-900000' }, UNIQUE, 'contract_draft_contract_number_key'],
  ['a number of another form', 'contract_draft', { contract_number: '2026/1' }, CHECK, 'contract_draft_contract_number_check'],
  ['an import twice', 'contract_draft', { import_request_id: requestId }, UNIQUE, 'contract_draft_import_request_id_key'],
  ['a draft from nowhere', 'contract_draft', { import_request_id: newId() }, FOREIGN_KEY, 'contract_draft_import_request_id_fkey'],
  ['a draft without an owner', 'contract_draft', { customer_id: null }, NOT_NULL, 'customer_id'],
  ['a draft without a signature', 'contract_draft', { signed_at: null }, NOT_NULL, 'signed_at'],
  ['a draft without the customer’s sealed data', 'contract_draft', { sealed_parties: null }, NOT_NULL, 'sealed_parties'],
  ['a signature after its import', 'contract_draft', { signed_at: '2026-11-24T23:00:00Z' }, CHECK, 'signed_before_it_came'],
  ['a retroactive wish', 'contract_draft', { desired_start_on: '2026-11-23' }, CHECK, 'no_retroactive_wish'],
  ['no consumption', 'contract_draft', { expected_watt_hours: 0 }, CHECK, 'contract_draft_expected_watt_hours_check'],
  ['a debit without a mandate', 'contract_draft', { mandate_reference: null, mandate_signed_at: null }, CHECK, 'debits_have_account_and_mandate'],
  ['a debit without an account', 'contract_draft', { sealed_iban: null }, CHECK, 'debits_have_account_and_mandate'],
  ['a mandate without a signature', 'contract_draft', { mandate_signed_at: null }, CHECK, 'mandates_are_signed'],
  ['an unknown kind of customer', 'contract_draft', { customer_kind: 'ROBOT' }, CHECK, 'contract_draft_customer_kind_check'],
  ['a negative price', 'contract_draft', { working_price_ct_per_kwh: '-1' }, CHECK, 'contract_draft_working_price_ct_per_kwh_check'],
  ['a negative fee', 'contract_draft', { fix_fee_cents_per_month: '-1' }, CHECK, 'contract_draft_fix_fee_cents_per_month_check'],
  ['a rate without a kind', 'contract_draft', { rate: '{}' }, CHECK, 'contract_draft_rate_check'],
  ['VAT above 100 %', 'contract_draft', { vat_basis_points: 10001 }, CHECK, 'contract_draft_vat_basis_points_check'],
  ['an unknown interval', 'contract_draft', { billing_interval: 'WEEKLY' }, CHECK, 'contract_draft_billing_interval_check'],
  ['an unknown reason', 'contract_draft', { switch_reason: 'WHIM' }, CHECK, 'contract_draft_switch_reason_check'],
  ['an unknown credit status', 'contract_draft', { credit_status: 'FINE' }, CHECK, 'contract_draft_credit_status_check'],
  ['an unknown payment method', 'contract_draft', { payment_method: 'CASH' }, CHECK, 'contract_draft_payment_method_check'],
  ['a postal code of four digits', 'contract_draft', { postal_code: '2410' }, CHECK, 'contract_draft_postal_code_check'],
  ['billing information that is no object', 'contract_draft', { other_billing_information: '[]' }, CHECK, 'contract_draft_other_billing_information_check'],
  ['faults that are no list', 'contract_draft', { validation_faults: '{}' }, CHECK, 'contract_draft_validation_faults_check'],
  ['a lateness of another level', 'contract_draft', { submission_late: 'PANIC' }, CHECK, 'contract_draft_submission_late_check'],
  ['a draft that begins further on', 'contract_draft', { status: 'MALO_MAPPED' }, RESTRICTED, 'drafts_begin_as_drafts'],
  ['a draft that claims another past', 'contract_draft', { previous_status: 'VALIDATED' }, RESTRICTED, 'drafts_begin_as_drafts'],
  ['a version of an unknown draft', 'malo_draft', { contract_id: newId(), version: 1, previous_version: null, status: 'DRAFT' }, FOREIGN_KEY, 'edited_for_the_customer_of_the_draft'],
  ['a version for another customer', 'malo_draft', { customer_id: newId() }, FOREIGN_KEY, 'edited_for_the_customer_of_the_draft'],
  ['a version after a gap', 'malo_draft', { version: 3, previous_version: 1 }, CHECK, 'versions_have_no_gaps'],
  ['a version without its predecessor', 'malo_draft', { version: 3, previous_version: 2 }, FOREIGN_KEY, 'versions_follow_each_other'],
  ['a version twice', 'malo_draft', { version: 1, previous_version: null, status: 'DRAFT' }, UNIQUE, 'malo_draft_pkey'],
  ['an edit that calls itself the draft', 'malo_draft', { status: 'DRAFT' }, CHECK, 'first_version_is_the_draft'],
  ['a version born approved', 'malo_draft', { status: 'APPROVED', approved_by: 'b', approved_at: AT }, RESTRICTED, 'versions_begin_unapproved'],
  ['an approver without approval', 'malo_draft', { approved_by: 'b', approved_at: AT }, CHECK, 'approval_is_signed'],
  ['an application with a wrong check digit', 'switch_application', { malo_id: '41373559242' }, CHECK, 'applied_malo_id_is_valid'],
  ['an application by Luhn’s rule', 'switch_application', { malo_id: '41373559249' }, CHECK, 'applied_malo_id_is_valid'],
  ['an application without a market location', 'switch_application', { malo_id: null }, NOT_NULL, 'malo_id'],
  ['an application to a gas network', 'switch_application', { grid_operator_code: '9800044300007' }, CHECK, 'applied_operator_is_valid'],
  ['an application to a wrong code', 'switch_application', { grid_operator_code: '9900357000004' }, CHECK, 'applied_operator_is_valid'],
  ['an application without a meter', 'switch_application', { meter_number: '' }, CHECK, 'applied_meter_is_named'],
  ['an application for today', 'switch_application', { start_on: '2026-11-24' }, CHECK, 'no_retroactive_application'],
  ['an application for the past', 'switch_application', { start_on: '2026-11-01' }, CHECK, 'no_retroactive_application'],
  ['an application with an unknown version', 'switch_application', { malo_draft_version: 9 }, FOREIGN_KEY, 'applied_with_a_version'],
  ['an application for another market location than its version', 'switch_application', { malo_id: '57685676748' }, RESTRICTED, 'what_is_applied_for_was_approved'],
  ['an application to another network than its version', 'switch_application', { grid_operator_code: '9904000000005' }, RESTRICTED, 'what_is_applied_for_was_approved'],
  ['an application for another meter than its version', 'switch_application', { meter_number: '1EMH0012345679' }, RESTRICTED, 'what_is_applied_for_was_approved'],
  ['an answer without a time', 'switch_application', { status: 'CONFIRMED' }, CHECK, 'answers_have_a_time'],
  ['a refusal without a code', 'switch_application', { status: 'REJECTED', answered_at: AT }, CHECK, 'refusals_have_a_code'],
  ['a confirmation with a code', 'switch_application', { status: 'CONFIRMED', answered_at: AT, code_list: 'E', code: 'A', reason: 'r' }, CHECK, 'refusals_have_a_code'],
  ['a market location twice', 'market_location', { malo_id: MALO }, UNIQUE, 'market_location_malo_id_key'],
  ['a market location with a wrong check digit', 'market_location', { malo_id: '51238696780' }, CHECK, 'malo_id_is_valid'],
  ['a market location of no area', 'market_location', { grid_area_code: '11XSWKIEL------G' }, CHECK, 'market_location_grid_area_code_check'],
  ['a market location of a wrong metering operator', 'market_location', { metering_operator_code: '9900357000004' }, CHECK, 'metering_operator_is_valid'],
  ['a market location of no known voltage', 'market_location', { voltage: 'ULTRA' }, CHECK, 'market_location_voltage_check'],
  ['a market location of no known metering', 'market_location', { metering_kind: 'GUESSED' }, CHECK, 'market_location_metering_kind_check'],
  ['a contract without a draft', 'contract', { id: newId() }, FOREIGN_KEY, 'confirmed_for_the_customer_of_the_draft'],
  ['a contract of another customer', 'contract', { customer_id: newId() }, FOREIGN_KEY, 'confirmed_for_the_customer_of_the_draft'],
  ['a contract without an owner', 'contract', { customer_id: null }, NOT_NULL, 'customer_id'],
  ['a contract without a market location', 'contract', { market_location_id: newId() }, FOREIGN_KEY, 'contract_market_location_id_fkey'],
  ['a contract born in supply', 'contract', { state: 'ACTIVE', previous_state: 'CONFIRMED' }, RESTRICTED, 'contracts_begin_confirmed'],
  ['a contract that ends before it starts', 'contract', { end_on: '2026-12-01' }, CHECK, 'contracts_end_after_they_start'],
  ['a contract that claims another past', 'contract', { previous_state: 'DRAFT' }, FOREIGN_KEY, 'contract_takes_known_steps'],
  ['an end without ending', 'contract', { termination_reason: 'BREACH' }, CHECK, 'ends_have_a_reason'],
  ['an unknown cancellation', 'contract', { cancellation_status: 'MAYBE' }, CHECK, 'contract_cancellation_status_check'],
  ['a price of no contract', 'contract_price', { contract_id: newId() }, FOREIGN_KEY, 'contract_price_contract_id_fkey'],
  ['an unknown cause', 'contract_price', { cause: 'MISTAKE' }, CHECK, 'contract_price_cause_check'],
  ['a negative agreed price', 'contract_price', { working_price_ct_per_kwh: '-1' }, CHECK, 'contract_price_working_price_ct_per_kwh_check'],
  ['a supply of another customer', 'customer_malo', { customer_id: newId() }, FOREIGN_KEY, 'supplied_for_the_customer_of_the_contract'],
  ['a supply of no days', 'customer_malo', { valid_until: '2026-12-01' }, CHECK, 'supply_ends_after_it_starts'],
  ['a supply of an unknown state', 'customer_malo', { change_status: 'MAYBE' }, CHECK, 'customer_malo_change_status_check'],
  ['a supply without a meter', 'customer_malo', { meter_number: '' }, CHECK, 'customer_malo_meter_number_check'],
  ['an attachment that is nothing', 'attachment', { link: null }, CHECK, 'attachment_is_bytes_or_link'],
  ['an attachment that is two things', 'attachment', { ...file('%PDF-1.7'), content_type: 'application/pdf', link: 'https://a.test' }, CHECK, 'attachment_is_bytes_or_link'],
  ['a link to a file', 'attachment', { link: 'file:///etc/passwd' }, CHECK, 'attachment_link_check'],
  ['an attachment of an unknown kind', 'attachment', { kind: 'SELFIE' }, CHECK, 'attachment_kind_check'],
  ['a text that claims to be a PDF', 'attachment', { ...file('hello'), content_type: 'application/pdf' }, CHECK, 'attachment_type_by_content'],
  ['a PDF that claims to be a picture', 'attachment', { ...file('%PDF-1.7'), content_type: 'image/png' }, CHECK, 'attachment_type_by_content'],
  ['a program', 'attachment', { ...file('MZ'), content_type: 'application/x-msdownload' }, CHECK, 'attachment_content_type_check'],
  ['bytes with another digest', 'attachment', { ...file('%PDF-1.7'), content_type: 'application/pdf', digest_sha256: Buffer.alloc(32) }, CHECK, 'attachment_digest_is_true'],
  ['more than 10 MB', 'attachment', { ...file('%PDF-'.padEnd(10_485_761, 'x')), content_type: 'application/pdf' }, CHECK, 'attachment_size'],
])('%s is refused', async (_, table, change, code, by) => {
  await expect(insert(table, change)).rejects.toMatchObject(refusal(code, by));
});

test.each([
  ['application/pdf', '%PDF-1.7'],
  ['image/jpeg', '\xff\xd8\xff\xe0'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
])('%s is known by its content', async (content_type, text) => void (await insert('attachment', { ...file(text), content_type })));

describe('what was agreed stays', () => {
  test.each(['working_price_ct_per_kwh = 1', 'campaign_id = gen_random_uuid()', `signed_at = signed_at - interval '1 s'`, 'expected_watt_hours = 2', `sealed_parties = 'x'`, 'customer_id = gen_random_uuid()', `desired_start_on = '2027-01-01'`])(
    'a draft’s %s does not change',
    async (change) => {
      await expect(db.query(`UPDATE contracts.contract_draft SET ${change} WHERE contract_id = $1`, [draftId])).rejects.toMatchObject(refusal(RESTRICTED, 'drafts_step_and_keep_their_terms'));
    },
  );
  test.each([
    ['a draft is not deleted', `DELETE FROM contracts.contract_draft`, RESTRICTED, 'drafts_are_kept'],
    ['an import never changes', `UPDATE contracts.import_request SET body = '[]'`, RESTRICTED, 'imports_never_change'],
    ['an import is not deleted', `DELETE FROM contracts.import_request`, RESTRICTED, 'imports_never_change'],
    ['a version of a market location never changes', `UPDATE contracts.malo_draft SET malo_id = NULL`, RESTRICTED, 'malo_draft_versions_never_change'],
    ['a version is not deleted', `DELETE FROM contracts.malo_draft`, RESTRICTED, 'malo_draft_versions_never_change'],
  ])('%s', async (_, statement, code, by) => {
    await expect(db.query(statement)).rejects.toMatchObject(refusal(code, by));
  });

  test('an edit changes by its approval only, once, by somebody else', async () => {
    const { contract_id } = await insert('contract_draft');
    await insert('malo_draft', { contract_id, version: 1, previous_version: null, status: 'DRAFT' });
    await insert('malo_draft', { contract_id });
    const approve = (by: string | null, more = '') => db.query(`UPDATE contracts.malo_draft SET status = 'APPROVED', approved_by = $2, approved_at = $3 ${more} WHERE contract_id = $1 AND version = 2`, [contract_id, by, AT]);
    await expect(approve(null)).rejects.toMatchObject(refusal(CHECK, 'approval_is_signed'));
    for (const editor of ['a', 'a ', ' A', '\ta']) await expect(approve(editor), editor).rejects.toMatchObject(refusal(CHECK, 'approver_is_not_the_editor'));
    await expect(approve('b', `, malo_id = '57685676748'`)).rejects.toMatchObject(refusal(RESTRICTED, 'malo_draft_versions_never_change'));
    await approve('b');
    await expect(approve('c')).rejects.toMatchObject(refusal(RESTRICTED, 'malo_draft_versions_never_change'));
  });

  test('an application leaves with the newest version only, and not before somebody else has approved it', async () => {
    const { contract_id, customer_id } = await insert('contract_draft');
    await insert('malo_draft', { contract_id, version: 1, previous_version: null, status: 'DRAFT' });
    const malo_id = '57685676748';
    await insert('malo_draft', { contract_id, malo_id });
    const apply = (version: number) => insert('switch_application', { contract_id, malo_id: version === 1 ? MALO : malo_id, malo_draft_version: version });
    for (const version of [1, 2]) await expect(apply(version)).rejects.toMatchObject(refusal(RESTRICTED, 'what_is_applied_for_was_approved'));
    await db.query(`UPDATE contracts.malo_draft SET status = 'APPROVED', approved_by = 'b', approved_at = $2 WHERE contract_id = $1 AND version = 2`, [contract_id, AT]);
    await expect(apply(1)).rejects.toMatchObject(refusal(RESTRICTED, 'what_is_applied_for_was_approved'));
    // An edit that another session has not committed yet counts as well: the application waits for it.
    const editor = database.owner;
    await editor.query('BEGIN');
    await editor.query(`INSERT INTO contracts.malo_draft (contract_id, version, previous_version, customer_id, malo_id, status, edited_by, edited_at) VALUES ($1, 3, 2, $4, $2, 'EDITED', 'a', $3)`, [contract_id, malo_id, AT, customer_id]);
    const applied = apply(2).then(() => null, (error: unknown) => error);
    await waitsForLock(editor);
    await editor.query('COMMIT');
    expect(await applied).toMatchObject(refusal(RESTRICTED, 'what_is_applied_for_was_approved'));
    await db.query(`UPDATE contracts.malo_draft SET status = 'APPROVED', approved_by = 'b', approved_at = $2 WHERE contract_id = $1 AND version = 3`, [contract_id, AT]);
    await expect(apply(3)).rejects.toMatchObject(refusal(RESTRICTED, 'what_is_applied_for_was_approved')); // it names no network operator
  });

  test('an application changes by its one answer only', async () => {
    const { process_id } = await insert('switch_application');
    await expect(insert('switch_application', { malo_id: '57685676748' })).rejects.toMatchObject(refusal(UNIQUE, 'one_open_application_per_contract')); // of the contract
    const { contract_id } = await insert('contract_draft');
    await insert('malo_draft', { contract_id, version: 1, previous_version: null, status: 'DRAFT' });
    await expect(insert('switch_application', { contract_id })).rejects.toMatchObject(refusal(UNIQUE, 'one_open_application_per_market_location')); // of the market location
    await expect(db.query(`UPDATE contracts.switch_application SET start_on = '2027-01-01' WHERE process_id = $1`, [process_id])).rejects.toMatchObject(refusal(RESTRICTED, 'applications_change_by_their_answer'));
    await db.query(`UPDATE contracts.switch_application SET status = 'CONFIRMED', answered_at = $2 WHERE process_id = $1`, [process_id, AT]);
    await expect(db.query(`UPDATE contracts.switch_application SET status = 'REQUESTED', answered_at = NULL WHERE process_id = $1`, [process_id])).rejects.toMatchObject(refusal(RESTRICTED, 'applications_change_by_their_answer'));
    await expect(db.query('DELETE FROM contracts.switch_application')).rejects.toMatchObject(refusal(RESTRICTED, 'applications_change_by_their_answer'));
  });

  test('a begun contract is never deleted; one that has not begun may be', async () => {
    const early = await insert('contract');
    await db.query('DELETE FROM contracts.contract WHERE id = $1', [early['id']]);
    const active = await insert('contract');
    await db.query(`UPDATE contracts.contract SET state = 'ACTIVE' WHERE id = $1`, [active['id']]);
    await expect(db.query(`DELETE FROM contracts.contract WHERE id = $1`, [active['id']])).rejects.toMatchObject(refusal(RESTRICTED, 'begun_contracts_are_never_deleted'));
    await expect(database.owner.query(`DELETE FROM contracts.contract WHERE id = $1`, [active['id']])).rejects.toMatchObject(refusal(RESTRICTED, 'begun_contracts_are_never_deleted'));
    const late = await insert('contract');
    await database.setClock('2026-11-30T23:00:00Z'); // its first day has come in Berlin
    await expect(db.query(`DELETE FROM contracts.contract WHERE id = $1`, [late['id']])).rejects.toMatchObject(refusal(RESTRICTED, 'begun_contracts_are_never_deleted'));
    await database.setClock('2026-11-30T22:59:59Z');
    await db.query(`DELETE FROM contracts.contract WHERE id = $1`, [late['id']]);
    await database.setClock(AT);
    await expect(db.query(`UPDATE contracts.contract SET contract_number = 'V-2026-999999' WHERE id = $1`, [active['id']])).rejects.toMatchObject(refusal(RESTRICTED, 'contracts_keep_their_terms'));
    await expect(database.owner.query('TRUNCATE contracts.contract CASCADE')).rejects.toMatchObject(refusal(RESTRICTED, 'contracts_are_kept'));
  });

  test('an agreed price never changes; a day has one', async () => {
    const price = await insert('contract_price');
    await expect(insert('contract_price', { contract_id: price['contract_id'] })).rejects.toMatchObject(refusal(UNIQUE, 'contract_price_pkey'));
    await insert('contract_price', { contract_id: price['contract_id'], valid_from: '2027-12-01', cause: 'PRICE_CHANGE' });
    for (const statement of ['UPDATE contracts.contract_price SET working_price_ct_per_kwh = 1', 'DELETE FROM contracts.contract_price']) {
      await expect(db.query(statement)).rejects.toMatchObject(refusal(DENIED, 'table contract_price'));
      await expect(database.owner.query(statement)).rejects.toMatchObject(refusal(RESTRICTED, 'agreed_prices_never_change'));
    }
    await expect(database.owner.query('TRUNCATE contracts.contract_price')).rejects.toMatchObject(refusal(RESTRICTED, 'agreed_prices_are_kept'));
  });

  test('a market location is supplied once at a time', async () => {
    const first = await insert('customer_malo');
    await expect(insert('customer_malo', { valid_from: '2026-12-31', valid_until: null })).rejects.toMatchObject(refusal(EXCLUDED, 'one_supply_per_market_location'));
    await insert('customer_malo', { valid_from: '2027-01-01', valid_until: '2027-02-01' });
    await insert('customer_malo', { valid_from: '2026-12-15', valid_until: '2026-12-20', change_status: 'CANCELLED' });
    const { id: other } = await insert('market_location');
    await expect(insert('customer_malo', { contract_id: first['contract_id'], market_location_id: other })).rejects.toMatchObject(refusal(EXCLUDED, 'one_market_location_per_contract'));
  });
});

test('an exchange is of two meters at a location, told once, and stays; a meter is installed for a contract from a day on once', async () => {
  const exchange = (into: string, maloId = MALO, id = newId()) => db.query('INSERT INTO contracts.meter_exchange VALUES ($1, $2, $3, $4, $5)', [id, maloId, '1EMH', into, AT]);
  await expect(exchange('1EMH')).rejects.toMatchObject(refusal(CHECK, 'meter_exchange_check'));
  await expect(exchange('1ISK', '7')).rejects.toMatchObject(refusal(CHECK, 'meter_exchange_malo_id_check'));
  const id = newId();
  await exchange('1ISK', MALO, id);
  await expect(exchange('1LGZ', MALO, id)).rejects.toMatchObject(refusal(UNIQUE, 'meter_exchange_pkey'));
  for (const change of [`UPDATE contracts.meter_exchange SET new_meter_number = '1LGZ'`, 'DELETE FROM contracts.meter_exchange', 'TRUNCATE contracts.meter_exchange']) await expect(database.owner.query(change), change).rejects.toMatchObject({ code: RESTRICTED });
  const install = (number: string) => db.query('INSERT INTO contracts.installed_meter VALUES ($1, $2, $3)', [draftId, number, '2026-12-01']);
  await install('1EMH');
  await expect(install('1EMH')).rejects.toMatchObject(refusal(UNIQUE, 'installed_meter_pkey'));
  await expect(install('')).rejects.toMatchObject(refusal(CHECK, 'installed_meter_meter_number_check'));
});

// Each promise of the schema, with an attempt to break it as the domain itself, and as the owner where the domain may not even try.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { AT, type InsertRow, MALO, rowsIn, type Table } from '../../../tests/build/contract-rows.ts';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';

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

test.each<[string, Table, Record<string, unknown>, string]>([
  ['a key of a sender twice', 'import_request', { idempotency_key: 'known' }, UNIQUE],
  ['an empty key', 'import_request', { idempotency_key: '' }, CHECK],
  ['a key of 256 characters', 'import_request', { idempotency_key: 'x'.repeat(256) }, CHECK],
  ['a number twice', 'contract_draft', { contract_number: 'V-2026-900000' }, UNIQUE],
  ['a number of another form', 'contract_draft', { contract_number: '2026/1' }, CHECK],
  ['an import twice', 'contract_draft', { import_request_id: requestId }, UNIQUE],
  ['a draft from nowhere', 'contract_draft', { import_request_id: newId() }, FOREIGN_KEY],
  ['a draft without an owner', 'contract_draft', { customer_id: null }, NOT_NULL],
  ['a draft without a signature', 'contract_draft', { signed_at: null }, NOT_NULL],
  ['a draft without the customer’s sealed data', 'contract_draft', { sealed_parties: null }, NOT_NULL],
  ['a signature after its import', 'contract_draft', { signed_at: '2026-11-24T23:00:00Z' }, CHECK],
  ['a retroactive wish', 'contract_draft', { desired_start_on: '2026-11-23' }, CHECK],
  ['no consumption', 'contract_draft', { expected_watt_hours: 0 }, CHECK],
  ['a debit without a mandate', 'contract_draft', { mandate_reference: null, mandate_signed_at: null }, CHECK],
  ['a debit without an account', 'contract_draft', { sealed_iban: null }, CHECK],
  ['a mandate without a signature', 'contract_draft', { mandate_signed_at: null }, CHECK],
  ['an unknown kind of customer', 'contract_draft', { customer_kind: 'ROBOT' }, CHECK],
  ['a negative price', 'contract_draft', { working_price_ct_per_kwh: '-1' }, CHECK],
  ['a negative fee', 'contract_draft', { fix_fee_cents_per_month: '-1' }, CHECK],
  ['a rate without a kind', 'contract_draft', { rate: '{}' }, CHECK],
  ['VAT above 100 %', 'contract_draft', { vat_basis_points: 10001 }, CHECK],
  ['an unknown interval', 'contract_draft', { billing_interval: 'WEEKLY' }, CHECK],
  ['an unknown reason', 'contract_draft', { switch_reason: 'WHIM' }, CHECK],
  ['an unknown credit status', 'contract_draft', { credit_status: 'FINE' }, CHECK],
  ['an unknown payment method', 'contract_draft', { payment_method: 'CASH' }, CHECK],
  ['a postal code of four digits', 'contract_draft', { postal_code: '2410' }, CHECK],
  ['billing information that is no object', 'contract_draft', { other_billing_information: '[]' }, CHECK],
  ['faults that are no list', 'contract_draft', { validation_faults: '{}' }, CHECK],
  ['a lateness of another level', 'contract_draft', { submission_late: 'PANIC' }, CHECK],
  ['a draft that begins further on', 'contract_draft', { status: 'MALO_MAPPED' }, RESTRICTED],
  ['a draft that claims another past', 'contract_draft', { previous_status: 'VALIDATED' }, RESTRICTED],
  ['a version of an unknown draft', 'malo_draft', { contract_id: newId() }, FOREIGN_KEY],
  ['a version after a gap', 'malo_draft', { version: 3, previous_version: 1 }, CHECK],
  ['a version without its predecessor', 'malo_draft', { version: 3, previous_version: 2 }, FOREIGN_KEY],
  ['a version twice', 'malo_draft', { version: 1, previous_version: null, status: 'DRAFT' }, UNIQUE],
  ['an edit that calls itself the draft', 'malo_draft', { status: 'DRAFT' }, CHECK],
  ['an approval without an approver', 'malo_draft', { status: 'APPROVED' }, CHECK],
  ['an approver without approval', 'malo_draft', { approved_by: 'b', approved_at: AT }, CHECK],
  ['an editor who approves', 'malo_draft', { status: 'APPROVED', approved_by: 'a', approved_at: AT }, CHECK],
  ['an application with a wrong check digit', 'switch_application', { malo_id: '41373559242' }, CHECK],
  ['an application by Luhn’s rule', 'switch_application', { malo_id: '41373559249' }, CHECK],
  ['an application without a market location', 'switch_application', { malo_id: null }, NOT_NULL],
  ['an application to a gas network', 'switch_application', { grid_operator_code: '9800044300007' }, CHECK],
  ['an application to a wrong code', 'switch_application', { grid_operator_code: '9900357000004' }, CHECK],
  ['an application without a meter', 'switch_application', { meter_number: '' }, CHECK],
  ['an application for today', 'switch_application', { start_on: '2026-11-24' }, CHECK],
  ['an application for the past', 'switch_application', { start_on: '2026-11-01' }, CHECK],
  ['an application with an unknown version', 'switch_application', { malo_draft_version: 9 }, FOREIGN_KEY],
  ['an answer without a time', 'switch_application', { status: 'CONFIRMED' }, CHECK],
  ['a refusal without a code', 'switch_application', { status: 'REJECTED', answered_at: AT }, CHECK],
  ['a confirmation with a code', 'switch_application', { status: 'CONFIRMED', answered_at: AT, code_list: 'E', code: 'A', reason: 'r' }, CHECK],
  ['a market location twice', 'market_location', { malo_id: MALO }, UNIQUE],
  ['a market location with a wrong check digit', 'market_location', { malo_id: '51238696780' }, CHECK],
  ['a market location of no area', 'market_location', { grid_area_code: '11XSWKIEL------G' }, CHECK],
  ['a market location of a wrong metering operator', 'market_location', { metering_operator_code: '9900357000004' }, CHECK],
  ['a market location of no known voltage', 'market_location', { voltage: 'ULTRA' }, CHECK],
  ['a market location of no known metering', 'market_location', { metering_kind: 'GUESSED' }, CHECK],
  ['a contract without a draft', 'contract', { id: newId() }, FOREIGN_KEY],
  ['a contract without an owner', 'contract', { customer_id: null }, NOT_NULL],
  ['a contract without a market location', 'contract', { market_location_id: newId() }, FOREIGN_KEY],
  ['a contract born in supply', 'contract', { state: 'ACTIVE', previous_state: 'CONFIRMED' }, RESTRICTED],
  ['a contract that ends before it starts', 'contract', { end_on: '2026-12-01' }, CHECK],
  ['a contract that claims another past', 'contract', { previous_state: 'DRAFT' }, FOREIGN_KEY],
  ['an end without ending', 'contract', { termination_reason: 'BREACH' }, CHECK],
  ['an unknown cancellation', 'contract', { cancellation_status: 'MAYBE' }, CHECK],
  ['a price of no contract', 'contract_price', { contract_id: newId() }, FOREIGN_KEY],
  ['an unknown cause', 'contract_price', { cause: 'MISTAKE' }, CHECK],
  ['a negative agreed price', 'contract_price', { working_price_ct_per_kwh: '-1' }, CHECK],
  ['a supply of no days', 'customer_malo', { valid_until: '2026-12-01' }, CHECK],
  ['a supply of an unknown state', 'customer_malo', { change_status: 'MAYBE' }, CHECK],
  ['a supply without a meter', 'customer_malo', { meter_number: '' }, CHECK],
  ['an attachment that is nothing', 'attachment', { link: null }, CHECK],
  ['an attachment that is two things', 'attachment', { ...file('%PDF-1.7'), content_type: 'application/pdf', link: 'https://a.test' }, CHECK],
  ['a link to a file', 'attachment', { link: 'file:///etc/passwd' }, CHECK],
  ['an attachment of an unknown kind', 'attachment', { kind: 'SELFIE' }, CHECK],
  ['a text that claims to be a PDF', 'attachment', { ...file('hello'), content_type: 'application/pdf' }, CHECK],
  ['a PDF that claims to be a picture', 'attachment', { ...file('%PDF-1.7'), content_type: 'image/png' }, CHECK],
  ['a program', 'attachment', { ...file('MZ'), content_type: 'application/x-msdownload' }, CHECK],
  ['bytes with another digest', 'attachment', { ...file('%PDF-1.7'), content_type: 'application/pdf', digest_sha256: Buffer.alloc(32) }, CHECK],
  ['more than 10 MB', 'attachment', { ...file('%PDF-'.padEnd(10_485_761, 'x')), content_type: 'application/pdf' }, CHECK],
])('%s is refused', async (_, table, change, code) => {
  await expect(insert(table, change)).rejects.toMatchObject({ code });
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
      await expect(db.query(`UPDATE contracts.contract_draft SET ${change} WHERE contract_id = $1`, [draftId])).rejects.toMatchObject({ code: RESTRICTED });
    },
  );
  test.each([
    ['a draft is not deleted', `DELETE FROM contracts.contract_draft`, RESTRICTED],
    ['an import never changes', `UPDATE contracts.import_request SET body = '[]'`, RESTRICTED],
    ['an import is not deleted', `DELETE FROM contracts.import_request`, RESTRICTED],
    ['a version of a market location never changes', `UPDATE contracts.malo_draft SET malo_id = NULL`, RESTRICTED],
    ['a version is not deleted', `DELETE FROM contracts.malo_draft`, RESTRICTED],
  ])('%s', async (_, statement, code) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code });
  });

  test('an edit changes by its approval only, once, by somebody else', async () => {
    const { contract_id } = await insert('contract_draft');
    await insert('malo_draft', { contract_id, version: 1, previous_version: null, status: 'DRAFT' });
    await insert('malo_draft', { contract_id });
    const approve = (by: string, more = '') => db.query(`UPDATE contracts.malo_draft SET status = 'APPROVED', approved_by = $2, approved_at = $3 ${more} WHERE contract_id = $1 AND version = 2`, [contract_id, by, AT]);
    await expect(approve('a')).rejects.toMatchObject({ code: CHECK });
    await expect(approve('b', `, malo_id = '57685676748'`)).rejects.toMatchObject({ code: RESTRICTED });
    await approve('b');
    await expect(approve('c')).rejects.toMatchObject({ code: RESTRICTED });
  });

  test('an application changes by its one answer only', async () => {
    const { process_id } = await insert('switch_application');
    await expect(insert('switch_application', { malo_id: '57685676748' })).rejects.toMatchObject({ code: UNIQUE }); // of the contract
    const { contract_id } = await insert('contract_draft');
    await insert('malo_draft', { contract_id, version: 1, previous_version: null, status: 'DRAFT' });
    await expect(insert('switch_application', { contract_id })).rejects.toMatchObject({ code: UNIQUE }); // of the market location
    await expect(db.query(`UPDATE contracts.switch_application SET start_on = '2027-01-01' WHERE process_id = $1`, [process_id])).rejects.toMatchObject({ code: RESTRICTED });
    await db.query(`UPDATE contracts.switch_application SET status = 'CONFIRMED', answered_at = $2 WHERE process_id = $1`, [process_id, AT]);
    await expect(db.query(`UPDATE contracts.switch_application SET status = 'REQUESTED', answered_at = NULL WHERE process_id = $1`, [process_id])).rejects.toMatchObject({ code: RESTRICTED });
    await expect(db.query('DELETE FROM contracts.switch_application')).rejects.toMatchObject({ code: RESTRICTED });
  });

  test('a begun contract is never deleted; one that has not begun may be', async () => {
    const early = await insert('contract');
    await db.query('DELETE FROM contracts.contract WHERE id = $1', [early['id']]);
    const active = await insert('contract');
    await db.query(`UPDATE contracts.contract SET state = 'ACTIVE' WHERE id = $1`, [active['id']]);
    await expect(db.query(`DELETE FROM contracts.contract WHERE id = $1`, [active['id']])).rejects.toMatchObject({ code: RESTRICTED });
    await expect(database.owner.query(`DELETE FROM contracts.contract WHERE id = $1`, [active['id']])).rejects.toMatchObject({ code: RESTRICTED });
    const late = await insert('contract');
    await database.setClock('2026-11-30T23:00:00Z'); // its first day has come in Berlin
    await expect(db.query(`DELETE FROM contracts.contract WHERE id = $1`, [late['id']])).rejects.toMatchObject({ code: RESTRICTED });
    await database.setClock('2026-11-30T22:59:59Z');
    await db.query(`DELETE FROM contracts.contract WHERE id = $1`, [late['id']]);
    await database.setClock(AT);
    await expect(db.query(`UPDATE contracts.contract SET contract_number = 'V-2026-999999' WHERE id = $1`, [active['id']])).rejects.toMatchObject({ code: RESTRICTED });
    await expect(database.owner.query('TRUNCATE contracts.contract CASCADE')).rejects.toMatchObject({ code: RESTRICTED });
  });

  test('an agreed price never changes; a day has one', async () => {
    const price = await insert('contract_price');
    await expect(insert('contract_price', { contract_id: price['contract_id'] })).rejects.toMatchObject({ code: UNIQUE });
    await insert('contract_price', { contract_id: price['contract_id'], valid_from: '2027-12-01', cause: 'PRICE_CHANGE' });
    for (const statement of ['UPDATE contracts.contract_price SET working_price_ct_per_kwh = 1', 'DELETE FROM contracts.contract_price']) {
      await expect(db.query(statement)).rejects.toMatchObject({ code: DENIED });
      await expect(database.owner.query(statement)).rejects.toMatchObject({ code: RESTRICTED });
    }
    await expect(database.owner.query('TRUNCATE contracts.contract_price')).rejects.toMatchObject({ code: RESTRICTED });
  });

  test('a market location is supplied once at a time', async () => {
    const first = await insert('customer_malo');
    await expect(insert('customer_malo', { valid_from: '2026-12-31', valid_until: null })).rejects.toMatchObject({ code: EXCLUDED });
    await insert('customer_malo', { valid_from: '2027-01-01', valid_until: '2027-02-01' });
    await insert('customer_malo', { valid_from: '2026-12-15', valid_until: '2026-12-20', change_status: 'CANCELLED' });
    const { id: other } = await insert('market_location');
    await expect(insert('customer_malo', { contract_id: first['contract_id'], market_location_id: other })).rejects.toMatchObject({ code: EXCLUDED });
  });
});

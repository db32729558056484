// Each promise of the tables against a row that would break it, by the role that the product has.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { testDatabase, type TestDatabase } from '../../../tests/database.ts';
import { waitsForLock } from '../../../tests/locks.ts';
import { refusal } from '../../../tests/refusal.ts';

let database: TestDatabase;
let db: Db;
const [anna, other, erased, root, branch, foreignRoot, premise, foreignPremise, contract, tariff] = Array.from({ length: 10 }, () => newId()) as [string, string, string, string, string, string, string, string, string, string];
let number = 200_000;

type Columns = Record<string, string>;
const insert = (table: string, columns: Columns) => `INSERT INTO customers.${table} (${Object.keys(columns).join(', ')}) VALUES (${Object.values(columns).join(', ')})`;
const id = (value: string) => `'${value}'`;
const customer = (change: Columns = {}) =>
  insert('customer', {
    id: id(newId()), number: `'K-${(number += 1)}'`, kind: `'INDIVIDUAL'`, last_name: `'A'`, street: `'S'`, house_number: `'1'`, postal_code: `'50667'`, city: `'Köln'`, country: `'DE'`,
    created_at: 'now()', updated_at: 'now()', ...change,
  });
const account = (change: Columns = {}) => insert('account', { id: id(newId()), customer_id: id(anna), parent_id: id(root), name: `'A'`, created_at: 'now()', ...change });
const aPremise = (change: Columns = {}) =>
  insert('premise', { id: id(newId()), customer_id: id(anna), street: `'T'`, house_number: `'1'`, postal_code: `'50667'`, city: `'Köln'`, country: `'DE'`, created_at: 'now()', ...change });
const location = (change: Columns = {}) => insert('premise_market_location', { premise_id: id(premise), customer_id: id(anna), market_location_id: id(newId()), malo_id: `'41373559241'`, ...change });
const meter = (change: Columns = {}) => insert('premise_meter', { premise_id: id(premise), customer_id: id(anna), meter_id: id(newId()), meter_number: `'1'`, malo_id: `'41373559241'`, installed_on: `'2026-01-01'`, ...change });
const reference = (change: Columns = {}) =>
  insert('contract_ref', {
    contract_id: id(newId()), customer_id: id(anna), contract_number: `'V'`, relation: `'OWNER'`, active: 'false', account_id: id(root), premise_id: id(premise), tariff_id: id(tariff), tariff_name: `'T'`, start_on: `'2026-01-01'`, ...change,
  });
const price = (change: Columns = {}) =>
  insert('customer_pricing', {
    id: id(newId()), customer_id: id(anna), contract_id: id(contract), campaign_id: id(newId()), tariff_id: id(tariff), valid_from: `'2027-01-01'`,
    working_price_ct_per_kwh: '30', fix_fee_cents_per_month: '1000', variable_bonus_ct_per_kwh: '0', fixed_bonus_cents: '0', components_hash: `sha256('b')`, ...change,
  });
const event = (change: Columns = {}) =>
  insert('customer_event', { event_id: id(newId()), position: '1', customer_id: id(anna), type: `'INVOICE_ISSUED'`, occurred_at: 'now()', payload: `'{}'`, performed_by: `'billing'`, correlation_id: `'x'`, ...change });

const theEvent = newId();
beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('customers');
  for (const statement of [
    customer({ id: id(anna), number: `'K-200000'` }), customer({ id: id(other) }), customer({ id: id(erased) }),
    account({ id: id(root), parent_id: 'NULL' }), account({ id: id(branch) }), account({ id: id(foreignRoot), customer_id: id(other), parent_id: 'NULL' }),
    aPremise({ id: id(premise), street: `'S'` }), aPremise({ id: id(foreignPremise), customer_id: id(other) }),
    reference({ contract_id: id(contract) }), price({ valid_from: `'2026-01-01'`, components_hash: `sha256('a')` }), event({ event_id: id(theEvent) }),
    `UPDATE customers.customer SET deleted_at = now(), last_name = NULL, street = NULL, house_number = NULL, postal_code = NULL, city = NULL, country = NULL WHERE id = '${erased}'`,
  ])
    await db.query(statement);
});
afterAll(() => database?.drop());

const [CHECK, UNIQUE, FOREIGN, RESTRICT, NOT_NULL, FORBIDDEN] = ['23514', '23505', '23503', '23001', '23502', '42501'];

test.each<[string, string, string, string]>([
  ['a customer number of another form', customer({ number: `'100001'` }), CHECK, 'customer_number_check'],
  ['a customer number twice', customer({ number: `'K-200000'` }), UNIQUE, 'customer_number_key'],
  ['a customer of an unknown kind', customer({ kind: `'ROBOT'` }), CHECK, 'customer_kind_check'],
  ['a person without a name', customer({ last_name: 'NULL' }), CHECK, 'living_customers_have_a_name'],
  ['a company without a name', customer({ kind: `'BUSINESS'` }), CHECK, 'living_customers_have_a_name'],
  ['a customer without an address', customer({ city: 'NULL' }), CHECK, 'living_customers_have_an_address'],
  ['a German postal code of four digits', customer({ postal_code: `'5066'` }), CHECK, 'german_postal_codes_have_five_digits'],
  ['a country in words', customer({ country: `'Germany'` }), CHECK, 'customer_country_check'],
  ['an e-mail that could not be found', customer({ email_sealed: `'x'` }), CHECK, 'sealed_values_can_be_found'],
  ['a hash of no phone', customer({ phone_hash: `sha256('x')` }), CHECK, 'sealed_values_can_be_found'],
  ['a hash that is none', customer({ iban_sealed: `'x'`, iban_hash: `'DE02'` }), CHECK, 'customer_iban_hash_check'],
  ['a language that we do not speak', customer({ locale: `'fr-FR'` }), CHECK, 'customer_locale_check'],
  ['preferences that are no object', customer({ contact_preferences: `'[]'` }), CHECK, 'customer_contact_preferences_check'],
  ['a score beyond everything', customer({ schufa_score_percent: '100.01' }), CHECK, 'customer_schufa_score_percent_check'],
  ['an unknown billing status', customer({ billing_status: `'RICH'` }), CHECK, 'customer_billing_status_check'],
  ['a version before the first', customer({ version: '0' }), CHECK, 'customer_version_check'],
  ['a new customer with contracts', customer({ active_contracts: '1' }), RESTRICT, 'new_customers_have_no_contracts'],
  ['a count that somebody changes', `UPDATE customers.customer SET active_contracts = 7 WHERE id = '${anna}'`, RESTRICT, 'counted_values_are_the_databases'],
  ['another number for a customer', `UPDATE customers.customer SET number = 'K-999999' WHERE id = '${anna}'`, RESTRICT, 'counted_values_are_the_databases'],
  ['an erased customer with a name', `UPDATE customers.customer SET last_name = 'A' WHERE id = '${erased}'`, CHECK, 'erased_customers_say_nothing'],
  ['an erased customer that comes back', `UPDATE customers.customer SET deleted_at = NULL, last_name = 'A' WHERE id = '${erased}'`, RESTRICT, 'counted_values_are_the_databases'],
  ['erased before it was made', `UPDATE customers.customer SET deleted_at = created_at - interval '1 s' WHERE id = '${erased}'`, CHECK, 'customer_check'],
  ['a deleted customer row', `DELETE FROM customers.customer WHERE id = '${other}'`, FORBIDDEN, 'table customer'],
  ['a second tree of accounts', account({ parent_id: 'NULL' }), UNIQUE, 'one_tree_per_customer'],
  ['an account below somebody else’s', account({ parent_id: id(foreignRoot) }), FOREIGN, 'parents_are_of_the_same_customer'],
  ['an account of nobody', account({ customer_id: id(newId()), parent_id: 'NULL' }), FOREIGN, 'account_customer_id_fkey'],
  ['an account below itself', `UPDATE customers.account SET parent_id = id WHERE id = '${branch}'`, CHECK, 'account_check'],
  ['accounts in a circle', `UPDATE customers.account SET parent_id = '${branch}' WHERE id = '${root}'`, CHECK, 'accounts_form_a_tree'],
  ['an account without a name', account({ name: `''` }), CHECK, 'account_name_check'],
  ['the same address twice', aPremise({ street: `'s'`, city: `'KÖLN'` }), UNIQUE, 'one_premise_per_address'],
  ['a premise without a street', aPremise({ street: `''` }), CHECK, 'premise_street_check'],
  ['a premise with a wrong postal code', aPremise({ postal_code: `'1'` }), CHECK, 'premises_in_germany_have_five_digits'],
  ['a premise of nobody', aPremise({ customer_id: id(newId()) }), FOREIGN, 'premise_customer_id_fkey'],
  ['a market location at somebody else’s premise', location({ premise_id: id(foreignPremise) }), FOREIGN, 'premise_market_location_premise_id_customer_id_fkey'],
  ['a market location that is none', location({ malo_id: `'4137355924'` }), CHECK, 'premise_market_location_malo_id_check'],
  ['a meter at somebody else’s premise', meter({ premise_id: id(foreignPremise) }), FOREIGN, 'premise_meter_premise_id_customer_id_fkey'],
  ['a meter without a number', meter({ meter_number: `''` }), CHECK, 'premise_meter_meter_number_check'],
  ['a contract of nobody', reference({ customer_id: id(newId()) }), FOREIGN, 'contract_ref_customer_id_fkey'],
  ['a contract with two owners', reference({ contract_id: id(contract), customer_id: id(other), account_id: id(foreignRoot), premise_id: 'NULL' }), UNIQUE, 'one_owner_per_contract'],
  ['a contract on somebody else’s account', reference({ account_id: id(foreignRoot) }), FOREIGN, 'contract_ref_account_id_customer_id_fkey'],
  ['a contract at somebody else’s premise', reference({ premise_id: id(foreignPremise) }), FOREIGN, 'contract_ref_premise_id_customer_id_fkey'],
  ['a former contract that is active', reference({ relation: `'FORMER'`, active: 'true' }), CHECK, 'former_contracts_are_not_active'],
  ['an unknown relation', reference({ relation: `'FRIEND'` }), CHECK, 'contract_ref_relation_check'],
  ['a contract that ends before it starts', reference({ end_on: `'2026-01-01'` }), CHECK, 'contract_ref_check'],
  ['a price of an unknown contract', price({ contract_id: id(newId()) }), FOREIGN, 'customer_pricing_contract_id_customer_id_fkey'],
  ['two prices from one day', price({ valid_from: `'2026-01-01'` }), UNIQUE, 'customer_pricing_contract_id_customer_id_valid_from_key'],
  ['a price that did not change', price({ components_hash: `sha256('a')` }), CHECK, 'a_row_is_a_change'],
  ['an earlier price that does not change', price({ valid_from: `'2025-06-01'`, components_hash: `sha256('a')` }), CHECK, 'a_row_is_a_change'],
  ['a negative fee', price({ fix_fee_cents_per_month: '-1' }), CHECK, 'customer_pricing_fix_fee_cents_per_month_check'],
  ['a negative bonus', price({ fixed_bonus_cents: '-1' }), CHECK, 'customer_pricing_fixed_bonus_cents_check'],
  ['a price without a price', price({ working_price_ct_per_kwh: 'NULL' }), NOT_NULL, 'working_price_ct_per_kwh'],
  ['a price version that ends before it begins', `INSERT INTO customers.price_version VALUES ('${newId()}', '${tariff}', 'WEB', '2026-02-01', '2026-02-01')`, CHECK, 'price_version_check'],
  ['an entry of an unknown type', event({ type: `'GOSSIP'` }), CHECK, 'customer_event_type_check'],
  ['an entry of nobody', event({ customer_id: id(newId()) }), FOREIGN, 'customer_event_customer_id_fkey'],
  ['an entry twice', event({ event_id: id(theEvent) }), UNIQUE, 'customer_event_pkey'],
  ['an entry by nobody', event({ performed_by: `''` }), CHECK, 'customer_event_performed_by_check'],
  ['an entry whose payload is no object', event({ payload: `'"x"'` }), CHECK, 'customer_event_payload_check'],
  ['a changed entry', `UPDATE customers.customer_event SET payload = '{}'`, FORBIDDEN, 'table customer_event'],
  ['a deleted entry', `DELETE FROM customers.customer_event`, FORBIDDEN, 'table customer_event'],
  ['a changed price of the past', `UPDATE customers.customer_pricing SET fixed_bonus_cents = 1`, FORBIDDEN, 'table customer_pricing'],
])('refused: %s', async (_, statement, code, by) => {
  await expect(db.query(statement)).rejects.toMatchObject(refusal(code, by));
});

describe('two sessions at once', () => {
  const [a, b] = [newId(), newId()];
  const below = (child: string, parent: string) => `UPDATE customers.account SET parent_id = '${parent}' WHERE id = '${child}'`;
  test.each<[string, string, string, string]>([
    ['make no circle of accounts', below(a, b), below(b, a), 'accounts_form_a_tree'],
    ['write no price twice in a row', price({ valid_from: `'2028-01-01'`, components_hash: `sha256('c')` }), price({ valid_from: `'2028-02-01'`, components_hash: `sha256('c')` }), 'a_row_is_a_change'],
  ])('%s', async (_, first, second, by) => {
    for (const each of [a, b]) await db.query(`${account({ id: id(each) })} ON CONFLICT DO NOTHING`);
    const { owner } = database;
    await owner.query('BEGIN');
    await owner.query(first);
    const theirs = db.query(second).then(() => null, (error: unknown) => error);
    await waitsForLock(owner);
    await owner.query('COMMIT');
    expect(await theirs).toMatchObject(refusal(CHECK!, by));
  });
});

test('timeline and prices are append-only for the owner too', async () => {
  for (const [statement, by] of [
    [`UPDATE customers.customer_event SET payload = '{}'`, 'the_timeline_is_append_only'], ['DELETE FROM customers.customer_event', 'the_timeline_is_append_only'], ['TRUNCATE customers.customer_event', 'the_timeline_is_never_emptied'],
    ['DELETE FROM customers.customer_pricing', 'prices_of_the_past_never_change'], ['TRUNCATE customers.customer_pricing', 'prices_are_never_emptied'],
  ] as const)
    await expect(database.owner.query(statement), statement).rejects.toMatchObject(refusal(RESTRICT!, by));
});

test('active contracts are counted through every change', async () => {
  const count = async () => (await db.sql<{ n: number }>`SELECT active_contracts AS n FROM customers.customer WHERE id = ${anna}`)[0]!.n;
  const second = newId();
  await db.query(reference({ contract_id: id(second), active: 'true' }));
  expect(await count()).toBe(1);
  await db.query(`UPDATE customers.contract_ref SET active = true WHERE customer_id = '${anna}'`);
  expect(await count()).toBe(2);
  await db.query(`UPDATE customers.contract_ref SET active = false, relation = 'FORMER', end_on = '2027-01-01' WHERE contract_id = '${second}'`);
  expect(await count()).toBe(1);
  await db.query(reference({ contract_id: id(second), customer_id: id(other), account_id: id(foreignRoot), premise_id: 'NULL', active: 'true' }));
  await db.query(`UPDATE customers.contract_ref SET active = true, relation = 'CO_TENANT', end_on = NULL WHERE contract_id = '${second}' AND customer_id = '${anna}'`);
  expect(await count()).toBe(2);
  await db.query(`DELETE FROM customers.contract_ref WHERE contract_id = '${second}' AND customer_id = '${anna}'`);
  expect(await count()).toBe(1);
});

describe('every contract has an owner', () => {
  const ours = newId();
  const coTenant = (contractId: string) => reference({ contract_id: id(contractId), customer_id: id(other), account_id: id(foreignRoot), premise_id: 'NULL', relation: `'CO_TENANT'` });
  const owner = `contract_id = '${ours}' AND customer_id = '${anna}'`;
  const refused = (statement: string, by: string) => expect(db.query(statement), statement).rejects.toMatchObject({ ...refusal(CHECK!, by), message: expect.stringContaining('has no owner') });

  beforeAll(async () => {
    await db.query(reference({ contract_id: id(ours) }));
    await db.query(coTenant(ours));
  });

  test('none begins without one', async () => {
    await refused(coTenant(newId()), 'contracts_begin_with_an_owner');
    await refused(reference({ relation: `'FORMER'` }), 'contracts_begin_with_an_owner');
    await db.query(reference({ relation: `'FORMER'`, end_on: `'2026-06-01'` })); // it was told after its end
  });

  test.each([
    ['the owner is a co-tenant now', `UPDATE customers.contract_ref SET relation = 'CO_TENANT' WHERE ${owner}`],
    ['the owner leaves somebody behind', `UPDATE customers.contract_ref SET relation = 'FORMER', end_on = '2026-06-01' WHERE ${owner}`],
    ['everybody leaves without an end', `UPDATE customers.contract_ref SET relation = 'FORMER' WHERE contract_id = '${ours}'`],
    ['the owner is deleted', `DELETE FROM customers.contract_ref WHERE ${owner}`],
    ['everybody is deleted', `DELETE FROM customers.contract_ref WHERE contract_id = '${ours}'`],
    ['the owner goes to another contract', `UPDATE customers.contract_ref SET contract_id = gen_random_uuid() WHERE ${owner}`],
  ])('refused: %s', async (_, statement) => refused(statement, 'contracts_keep_an_owner'));

  test('the owner may change within a transaction, and all are former ones after the end', async () => {
    await transact(db, async (tx) => {
      await tx.query(`UPDATE customers.contract_ref SET relation = 'CO_TENANT' WHERE ${owner}`);
      await tx.query(`UPDATE customers.contract_ref SET relation = 'OWNER' WHERE contract_id = '${ours}' AND customer_id = '${other}'`);
    });
    await db.query(`UPDATE customers.contract_ref SET relation = 'FORMER', end_on = '2026-06-01' WHERE contract_id = '${ours}'`);
    await refused(`UPDATE customers.contract_ref SET end_on = NULL WHERE ${owner}`, 'contracts_keep_an_owner');
  });
});

test('only this domain can destroy a customer’s key', async () => {
  await db.query(`SELECT platform.destroy_customer_key('${newId()}')`);
  const identity = await database.open('identity');
  await expect(identity.query(`SELECT platform.destroy_customer_key('${newId()}')`)).rejects.toMatchObject(refusal(FORBIDDEN, 'function destroy_customer_key'));
});

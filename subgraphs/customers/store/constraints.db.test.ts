// Each promise of the tables against a row that would break it, by the role that the product has.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { testDatabase, type TestDatabase } from '../../../tests/database.ts';

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

test.each<[string, string, string]>([
  ['a customer number of another form', customer({ number: `'100001'` }), CHECK],
  ['a customer number twice', customer({ number: `'K-200000'` }), UNIQUE],
  ['a customer of an unknown kind', customer({ kind: `'ROBOT'` }), CHECK],
  ['a person without a name', customer({ last_name: 'NULL' }), CHECK],
  ['a company without a name', customer({ kind: `'BUSINESS'` }), CHECK],
  ['a customer without an address', customer({ city: 'NULL' }), CHECK],
  ['a German postal code of four digits', customer({ postal_code: `'5066'` }), CHECK],
  ['a country in words', customer({ country: `'Germany'` }), CHECK],
  ['an e-mail that could not be found', customer({ email_sealed: `'x'` }), CHECK],
  ['a hash of no phone', customer({ phone_hash: `sha256('x')` }), CHECK],
  ['a hash that is none', customer({ iban_sealed: `'x'`, iban_hash: `'DE02'` }), CHECK],
  ['a language that we do not speak', customer({ locale: `'fr-FR'` }), CHECK],
  ['preferences that are no object', customer({ contact_preferences: `'[]'` }), CHECK],
  ['a score beyond everything', customer({ schufa_score_percent: '100.01' }), CHECK],
  ['an unknown billing status', customer({ billing_status: `'RICH'` }), CHECK],
  ['a version before the first', customer({ version: '0' }), CHECK],
  ['a new customer with contracts', customer({ active_contracts: '1' }), RESTRICT],
  ['a count that somebody changes', `UPDATE customers.customer SET active_contracts = 7 WHERE id = '${anna}'`, RESTRICT],
  ['another number for a customer', `UPDATE customers.customer SET number = 'K-999999' WHERE id = '${anna}'`, RESTRICT],
  ['an erased customer with a name', `UPDATE customers.customer SET last_name = 'A' WHERE id = '${erased}'`, CHECK],
  ['an erased customer that comes back', `UPDATE customers.customer SET deleted_at = NULL, last_name = 'A' WHERE id = '${erased}'`, RESTRICT],
  ['erased before it was made', `UPDATE customers.customer SET deleted_at = created_at - interval '1 s' WHERE id = '${erased}'`, CHECK],
  ['a deleted customer row', `DELETE FROM customers.customer WHERE id = '${other}'`, FORBIDDEN],
  ['a second tree of accounts', account({ parent_id: 'NULL' }), UNIQUE],
  ['an account below somebody else’s', account({ parent_id: id(foreignRoot) }), FOREIGN],
  ['an account of nobody', account({ customer_id: id(newId()), parent_id: 'NULL' }), FOREIGN],
  ['an account below itself', `UPDATE customers.account SET parent_id = id WHERE id = '${branch}'`, CHECK],
  ['accounts in a circle', `UPDATE customers.account SET parent_id = '${branch}' WHERE id = '${root}'`, CHECK],
  ['an account without a name', account({ name: `''` }), CHECK],
  ['the same address twice', aPremise({ street: `'s'`, city: `'KÖLN'` }), UNIQUE],
  ['a premise without a street', aPremise({ street: `''` }), CHECK],
  ['a premise with a wrong postal code', aPremise({ postal_code: `'1'` }), CHECK],
  ['a premise of nobody', aPremise({ customer_id: id(newId()) }), FOREIGN],
  ['a market location at somebody else’s premise', location({ premise_id: id(foreignPremise) }), FOREIGN],
  ['a market location that is none', location({ malo_id: `'4137355924'` }), CHECK],
  ['a meter at somebody else’s premise', meter({ premise_id: id(foreignPremise) }), FOREIGN],
  ['a meter without a number', meter({ meter_number: `''` }), CHECK],
  ['a contract of nobody', reference({ customer_id: id(newId()) }), FOREIGN],
  ['a contract with two owners', reference({ contract_id: id(contract), customer_id: id(other), account_id: id(foreignRoot), premise_id: 'NULL' }), UNIQUE],
  ['a contract on somebody else’s account', reference({ account_id: id(foreignRoot) }), FOREIGN],
  ['a contract at somebody else’s premise', reference({ premise_id: id(foreignPremise) }), FOREIGN],
  ['a former contract that is active', reference({ relation: `'FORMER'`, active: 'true' }), CHECK],
  ['an unknown relation', reference({ relation: `'FRIEND'` }), CHECK],
  ['a contract that ends before it starts', reference({ end_on: `'2026-01-01'` }), CHECK],
  ['a price of an unknown contract', price({ contract_id: id(newId()) }), FOREIGN],
  ['two prices from one day', price({ valid_from: `'2026-01-01'` }), UNIQUE],
  ['a price that did not change', price({ components_hash: `sha256('a')` }), CHECK],
  ['a negative fee', price({ fix_fee_cents_per_month: '-1' }), CHECK],
  ['a negative bonus', price({ fixed_bonus_cents: '-1' }), CHECK],
  ['a price without a price', price({ working_price_ct_per_kwh: 'NULL' }), NOT_NULL],
  ['a price version that ends before it begins', `INSERT INTO customers.price_version VALUES ('${newId()}', '${tariff}', 'WEB', '2026-02-01', '2026-02-01')`, CHECK],
  ['an entry of an unknown type', event({ type: `'GOSSIP'` }), CHECK],
  ['an entry of nobody', event({ customer_id: id(newId()) }), FOREIGN],
  ['an entry twice', event({ event_id: id(theEvent) }), UNIQUE],
  ['an entry by nobody', event({ performed_by: `''` }), CHECK],
  ['an entry whose payload is no object', event({ payload: `'"x"'` }), CHECK],
  ['a changed entry', `UPDATE customers.customer_event SET payload = '{}'`, FORBIDDEN],
  ['a deleted entry', `DELETE FROM customers.customer_event`, FORBIDDEN],
  ['a changed price of the past', `UPDATE customers.customer_pricing SET fixed_bonus_cents = 1`, FORBIDDEN],
])('refused: %s', async (_, statement, code) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code });
});

test('timeline and prices are append-only for the owner too', async () => {
  for (const statement of [`UPDATE customers.customer_event SET payload = '{}'`, 'DELETE FROM customers.customer_event', 'TRUNCATE customers.customer_event', 'DELETE FROM customers.customer_pricing', 'TRUNCATE customers.customer_pricing'])
    await expect(database.owner.query(statement), statement).rejects.toMatchObject({ code: RESTRICT });
});

test('active contracts are counted through every change', async () => {
  const count = async () => (await db.sql<{ n: number }>`SELECT active_contracts AS n FROM customers.customer WHERE id = ${anna}`)[0]!.n;
  const second = newId();
  await db.query(reference({ contract_id: id(second), active: 'true' }));
  expect(await count()).toBe(1);
  await db.query(`UPDATE customers.contract_ref SET active = true WHERE customer_id = '${anna}'`);
  expect(await count()).toBe(2);
  await db.query(`UPDATE customers.contract_ref SET active = false, relation = 'FORMER' WHERE contract_id = '${second}'`);
  expect(await count()).toBe(1);
  await db.query(`DELETE FROM customers.contract_ref WHERE contract_id = '${second}'`);
  expect(await count()).toBe(1);
});

test('only this domain can destroy a customer’s key', async () => {
  await db.query(`SELECT platform.destroy_customer_key('${newId()}')`);
  const identity = await database.open('identity');
  await expect(identity.query(`SELECT platform.destroy_customer_key('${newId()}')`)).rejects.toMatchObject({ code: FORBIDDEN });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, TEST_KEYS, testDatabase } from '../tests/database.ts';
import type { Db } from './database.ts';
import { newId } from './ids.ts';
import { parseKeyring, seal, unseal, unsealAll } from './seal.ts';

let database: TestDatabase;
let db: Db;
const keyring = parseKeyring(TEST_KEYS);
beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('operations');
});
afterAll(() => database.drop());

test('what is sealed for a customer opens for that customer only', async () => {
  const [anna, bernd] = [newId<'customer'>(), newId<'customer'>()];
  const sealed = await seal(db, keyring, anna, '{"name":"Änne"}');
  expect(sealed).not.toContain('nne');
  expect(await unseal(db, keyring, anna, sealed)).toBe('{"name":"Änne"}');
  await seal(db, keyring, bernd, 'x');
  await expect(unseal(db, keyring, bernd, sealed)).rejects.toThrow();
});

test('two first writers get one key', async () => {
  const customer = newId<'customer'>();
  const sealed = await Promise.all(Array.from({ length: 8 }, (_, index) => seal(db, keyring, customer, String(index))));
  expect(await unsealAll(db, keyring, sealed.map((text) => ({ customerId: customer, sealed: text })))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
});

test('a destroyed key leaves nothing readable, comes back never, and seals nothing more', async () => {
  const customer = newId<'customer'>();
  const sealed = await seal(db, keyring, customer, 'secret');
  await database.owner.query('SELECT platform.destroy_customer_key($1)', [customer]);
  expect(await unseal(db, keyring, customer, sealed)).toBeNull();
  expect(await seal(db, keyring, customer, 'again')).toBeNull();
  await expect(database.owner.query(`UPDATE platform.customer_key SET wrapped_key = 'x', destroyed_at = NULL WHERE customer_id = $1`, [customer])).rejects.toMatchObject({ code: '23001' });
  await expect(database.owner.query('DELETE FROM platform.customer_key WHERE customer_id = $1', [customer])).rejects.toMatchObject({ code: '23001' });
});

test('a domain reads no key table', async () => {
  await expect(db.sql`SELECT * FROM platform.customer_key`).rejects.toMatchObject({ code: '42501' });
});

test.each(['', '1', '1:short', `x:${Buffer.alloc(32).toString('base64')}`])('the keyring %s is refused', (text) => {
  expect(() => parseKeyring(text)).toThrow(/STROMGRAPH_KEYS/);
});

// The trail: append-only and chained, so that a changed or missing event shows.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { AT, type InsertRow, rowsIn } from '../../../tests/build/contract-rows.ts';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';
import { trailFaults } from './trail.ts';

const CHECK = '23514';
const FOREIGN_KEY = '23503';
const RESTRICTED = '23001';
const DENIED = '42501';

let database: TestDatabase;
let db: Db;
let insert: InsertRow;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(AT);
  db = await database.open('contracts');
  insert = rowsIn(db);
});
afterAll(() => database.drop());

const add = (contractId: unknown, type = 'IMPORTED', sealed: string | null = 'sealed') =>
  db.query('INSERT INTO contracts.contract_event (contract_id, type, sealed, actor, correlation_id, at) VALUES ($1, $2, $3, $4, $5, $6)', [contractId, type, sealed, 'a', 'c', AT]);
async function threeEvents() {
  const { contract_id } = await insert('contract_draft');
  for (const type of ['IMPORTED', 'VALIDATION_PASSED', 'MALO_MAPPED']) await add(contract_id, type);
  return contract_id as string;
}
/** What only somebody with the whole database in hand can do. */
const tamper = async (statement: string, contractId: string) => {
  await database.owner.query('BEGIN');
  await database.owner.query('ALTER TABLE contracts.contract_event DISABLE TRIGGER USER');
  await database.owner.query(statement, [contractId]);
  await database.owner.query('ALTER TABLE contracts.contract_event ENABLE TRIGGER USER');
  await database.owner.query('COMMIT');
};

test('the domain chooses neither place nor hash', async () => {
  const contractId = await threeEvents();
  await db.query(`INSERT INTO contracts.contract_event (contract_id, sequence, type, actor, correlation_id, at, previous_hash, hash) VALUES ($1, 99, 'APPROVED', 'a', 'c', $2, $3, $3)`, [contractId, AT, Buffer.alloc(32)]);
  const { rows } = await db.query<{ sequence: bigint; ok: boolean }>('SELECT sequence, hash <> $2 AS ok FROM contracts.contract_event WHERE contract_id = $1 ORDER BY 1 DESC LIMIT 1', [contractId, Buffer.alloc(32)]);
  expect(rows).toEqual([{ sequence: 4n, ok: true }]);
  expect(await trailFaults(db, contractId)).toEqual([]);
});

test('a known chain has the hash that anybody can compute', async () => {
  const { contract_id } = await insert('contract_draft');
  await add(contract_id, 'IMPORTED', 'sealed');
  const { rows } = await db.query<{ hash: string }>(`SELECT encode(hash, 'hex') AS hash FROM contracts.contract_event WHERE contract_id = $1`, [contract_id]);
  const text = `["${String(contract_id)}", 1, "IMPORTED", "sealed", "a", "c", 1795510800.000000]`;
  expect(rows[0]!.hash).toBe(createHash('sha256').update(Buffer.alloc(32)).update(text).digest('hex'));
});

test('writers at once are chained one after the other', async () => {
  const { contract_id } = await insert('contract_draft');
  await Promise.all(Array.from({ length: 20 }, () => add(contract_id, 'MANUAL_EDIT')));
  expect(await trailFaults(db, contract_id as string)).toEqual([]);
  expect((await db.query('SELECT FROM contracts.contract_event WHERE contract_id = $1', [contract_id])).rowCount).toBe(20);
});

test.each([
  ['UPDATE', `UPDATE contracts.contract_event SET actor = 'b'`, 'events_never_change'],
  ['DELETE', 'DELETE FROM contracts.contract_event', 'events_never_change'],
  ['TRUNCATE', 'TRUNCATE contracts.contract_event', 'events_are_kept'],
])('%s is refused to the domain and to the owner', async (_, statement, by) => {
  await threeEvents();
  await expect(db.query(statement)).rejects.toMatchObject(refusal(DENIED, 'table contract_event'));
  await expect(database.owner.query(statement)).rejects.toMatchObject(refusal(RESTRICTED, by));
});

test.each(['INSERT INTO contracts.contract_trail VALUES (gen_random_uuid(), 1, sha256(\'\'))', 'UPDATE contracts.contract_trail SET sequence = 1', 'DELETE FROM contracts.contract_trail'])('the head is not the domain’s to write: %s', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject(refusal(DENIED, 'table contract_trail'));
});

test('events have a known type and a contract', async () => {
  const { contract_id } = await insert('contract_draft');
  await expect(add(contract_id, 'INVENTED')).rejects.toMatchObject(refusal(CHECK, 'contract_event_type_check'));
  await expect(add(newId())).rejects.toMatchObject(refusal(FOREIGN_KEY, 'contract_trail_contract_id_fkey'));
});

test.each([
  ['another actor', `UPDATE contracts.contract_event SET actor = 'b' WHERE contract_id = $1 AND sequence = 2`, [[2n, 'CHANGED']]],
  ['another content', `UPDATE contracts.contract_event SET sealed = 'x' WHERE contract_id = $1 AND sequence = 3`, [[3n, 'CHANGED']]],
  ['another time', `UPDATE contracts.contract_event SET at = at + interval '1 us' WHERE contract_id = $1 AND sequence = 1`, [[1n, 'CHANGED']]],
  ['a changed event with its hash mended', `UPDATE contracts.contract_event e SET sealed = 'x', hash = sha256(previous_hash || convert_to(jsonb_build_array(contract_id, sequence, type, 'x', actor, correlation_id, extract(epoch FROM at))::text, 'UTF8')) WHERE contract_id = $1 AND sequence = 2`, [[3n, 'PREDECESSOR_MISSING']]],
  ['the last event with its hash mended', `UPDATE contracts.contract_event e SET sealed = 'x', hash = sha256(previous_hash || convert_to(jsonb_build_array(contract_id, sequence, type, 'x', actor, correlation_id, extract(epoch FROM at))::text, 'UTF8')) WHERE contract_id = $1 AND sequence = 3`, [[3n, 'CUT_OFF']]],
  ['an event cut out', `DELETE FROM contracts.contract_event WHERE contract_id = $1 AND sequence = 2`, [[3n, 'PREDECESSOR_MISSING']]],
  ['the first cut off', `DELETE FROM contracts.contract_event WHERE contract_id = $1 AND sequence = 1`, [[2n, 'PREDECESSOR_MISSING']]],
  ['the last cut off', `DELETE FROM contracts.contract_event WHERE contract_id = $1 AND sequence = 3`, [[3n, 'CUT_OFF']]],
  ['all of it gone', `DELETE FROM contracts.contract_event WHERE contract_id = $1`, [[3n, 'CUT_OFF']]],
  ['all of it and the head gone', `WITH gone AS (DELETE FROM contracts.contract_trail WHERE contract_id = $1) DELETE FROM contracts.contract_event WHERE contract_id = $1`, [[null, 'CUT_OFF']]],
])('%s is detected', async (_, statement, faults) => {
  const contractId = await threeEvents();
  expect(await trailFaults(db, contractId)).toEqual([]);
  await tamper(statement, contractId);
  expect((await trailFaults(db, contractId)).map(({ sequence, fault }) => [sequence, fault])).toEqual(faults);
  expect((await trailFaults(db, null)).filter((fault) => fault.contractId === contractId)).toHaveLength(faults.length);
});

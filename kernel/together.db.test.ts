import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../tests/database.ts';
import { type Db, together, transact, type Tx } from './database.ts';
import { schedule } from './due.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('contracts');
});
afterAll(() => database.drop());

const plan = (tx: Tx, subject: string): Promise<void> => schedule(tx, { kind: 'TOGETHER', subject, dueAt: new Date('2026-11-24T09:00:00Z') });
const planned = async (): Promise<string[]> => (await db.query<{ subject: string }>(`SELECT subject FROM contracts.due WHERE kind = 'TOGETHER' ORDER BY subject`)).rows.map(({ subject }) => subject);

test('what is sent together runs in the order in which it was asked for', async () => {
  const [, seen] = await transact(db, (tx) => together(plan(tx, 'first'), tx.query(`SELECT subject FROM contracts.due WHERE kind = 'TOGETHER'`), plan(tx, 'second')));
  expect(seen.rows).toEqual([{ subject: 'first' }]);
  expect(await planned()).toEqual(['first', 'second']);
});

test('when one fails, the first error is told, and what the others still write is of the transaction that did not happen', async () => {
  const later: string[] = [];
  const slow = async (tx: Tx) => {
    await tx.query('SELECT pg_sleep(0.05)');
    await plan(tx, 'third');
    later.push('written');
  };
  await expect(transact(db, (tx) => together(slow(tx), Promise.reject(new Error('it was not to be'))))).rejects.toThrow('it was not to be');
  expect(later).toEqual(['written']);
  await expect(transact(db, (tx) => together(plan(tx, 'fourth'), tx.query('SELECT 1 / 0'), plan(tx, 'fifth')))).rejects.toMatchObject({ code: '22012' });
  expect(await planned()).toEqual(['first', 'second']);
});

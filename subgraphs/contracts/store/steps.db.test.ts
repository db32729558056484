// The table of steps, tried whole: each state to each other, in the database itself.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, savepoint, transact } from '@stromgraph/kernel/database';
import { AT, type InsertRow, rowsIn } from '../../../tests/build/contract-rows.ts';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { refusal } from '../../../tests/refusal.ts';
import { CONTRACT_STATES, TRANSITIONS } from '../drafts/transitions.ts';

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

const CHECK = '23514';
const DENIED = '42501';
const onPaper = new Set<string>(TRANSITIONS.map(([from, to]) => `${from}>${to}`));
/** A way to each state, so that every step is tried from where it starts. */
const DRAFT_WAY: Record<string, string[]> = {
  DRAFT: [], VALIDATED: ['VALIDATED'], REJECTED: ['REJECTED'], MALO_MAPPED: ['VALIDATED', 'MALO_MAPPED'], AWAITING_APPROVAL: ['VALIDATED', 'MALO_MAPPED', 'AWAITING_APPROVAL'],
  SWITCH_REQUESTED: ['VALIDATED', 'MALO_MAPPED', 'SWITCH_REQUESTED'], SWITCH_FAILED: ['VALIDATED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'SWITCH_FAILED'],
  CONFIRMED: ['VALIDATED', 'MALO_MAPPED', 'SWITCH_REQUESTED', 'CONFIRMED'], REVOKED: ['REVOKED'], CANCELLED: ['CANCELLED'],
};
const CONTRACT_WAY: Record<string, string[]> = { CONFIRMED: [], ACTIVE: ['ACTIVE'], SUSPENDED: ['ACTIVE', 'SUSPENDED'], TERMINATED: ['ACTIVE', 'TERMINATED'], REVOKED: ['REVOKED'], CANCELLED: ['CANCELLED'] };
const MOVE_DRAFT = 'UPDATE contracts.contract_draft SET status = $2 WHERE contract_id = $1';
const MOVE_CONTRACT = `UPDATE contracts.contract SET state = $2, termination_reason = CASE WHEN $2 = 'TERMINATED' THEN 'MOVE_OUT' END, end_on = CASE WHEN $2 = 'TERMINATED' THEN '2027-01-01' ELSE end_on END WHERE id = $1`;

/** Brings one row to `from` and tries every step from there; what the database said of each. */
const tryAll = (id: unknown, statement: string, way: string[], from: string) =>
  transact(db, async (tx) => {
    for (const state of way) await tx.query(statement, [id, state]);
    const said: Record<string, string> = {};
    for (const to of CONTRACT_STATES.filter((state) => state !== from)) {
      const outcome = await savepoint(tx, async () => {
        await tx.query(statement, [id, to]);
        throw Object.assign(new Error('tried'), { constraint: 'allowed' });
      }).catch((error: { constraint: string }) => error.constraint);
      said[to] = outcome;
    }
    return said;
  });

/** What the table says of each step; a state that only the other kind of row may have is refused whatever the table says. */
const expected = (from: string, own: Record<string, string[]>) =>
  Object.fromEntries(CONTRACT_STATES.filter((to) => to !== from).map((to) => [to, onPaper.has(`${from}>${to}`) && to in own ? 'allowed' : expect.stringMatching(own === DRAFT_WAY ? /^(draft_takes_known_steps|drafts_end_when_confirmed)$/ : /^(contract_takes_known_steps|contract_state_check)$/)]));

test('the table in the database is the one in the code', async () => {
  const { rows } = await db.query('SELECT from_state, to_state, cause FROM contracts.contract_transition');
  expect(rows.map((row) => Object.values(row).join('|')).toSorted()).toEqual(TRANSITIONS.map((step) => step.join('|')).toSorted());
});

test('nobody in the domain changes it', async () => {
  await expect(db.query(`INSERT INTO contracts.contract_transition VALUES ('REJECTED', 'ACTIVE', 'a wish')`)).rejects.toMatchObject(refusal(DENIED, 'table contract_transition'));
  await expect(db.query(`DELETE FROM contracts.contract_transition`)).rejects.toMatchObject(refusal(DENIED, 'table contract_transition'));
});

test.each(Object.keys(DRAFT_WAY))('a draft that is %s goes where the table says and nowhere else', async (from) => {
  const { contract_id } = await insert('contract_draft');
  expect(await tryAll(contract_id, MOVE_DRAFT, DRAFT_WAY[from]!, from)).toEqual(expected(from, DRAFT_WAY));
});

test.each(Object.keys(CONTRACT_WAY))('a contract that is %s goes where the table says and nowhere else', async (from) => {
  const { id } = await insert('contract');
  expect(await tryAll(id, MOVE_CONTRACT, CONTRACT_WAY[from]!, from)).toEqual(expected(from, CONTRACT_WAY));
});

test('an end needs its day and its reason', async () => {
  const { id } = await insert('contract');
  await db.query(`UPDATE contracts.contract SET state = 'ACTIVE' WHERE id = $1`, [id]);
  await expect(db.query(`UPDATE contracts.contract SET state = 'TERMINATED', termination_reason = 'MOVE_OUT' WHERE id = $1`, [id])).rejects.toMatchObject(refusal(CHECK, 'ends_have_a_day'));
  await expect(db.query(`UPDATE contracts.contract SET state = 'TERMINATED', end_on = '2027-01-01' WHERE id = $1`, [id])).rejects.toMatchObject(refusal(CHECK, 'ends_have_a_reason'));
});

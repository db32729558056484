import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { transact, type Db, type Tx } from '@stromgraph/kernel/database';
import { type DueHandlers, keepPlanned, runDue, schedule, startDue, unschedule, wakeDue } from '@stromgraph/kernel/due';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { testDatabase, type TestDatabase } from '../database.ts';
import { waitFor } from '../wait.ts';
import { equipToys, toyRuntime } from './toy-domains.ts';

let database: TestDatabase;
let url: string;
let stock: Runtime;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  url = (await equipToys(database.url)).staff('stock');
  stock = toyRuntime('stock', url);
  db = stock.tenants.get('demo')!.db;
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE stock.due, stock.seen');
  await database.setClock('2026-03-28T12:00:00Z');
});
afterAll(async () => {
  await stock?.close();
  await database.drop();
});

const plan = (subject: string, dueAt: string, kind = 'remind') => transact(db, (tx) => schedule(tx, { kind, subject, dueAt: new Date(dueAt) }));
const left = async () => (await database.owner.query<{ subject: string; attempts: number; last_error: string | null }>('SELECT subject, attempts, last_error FROM stock.due ORDER BY due_at')).rows;
const seen = async () => (await database.owner.query<{ order_id: string }>('SELECT order_id FROM stock.seen ORDER BY nth')).rows.map((row) => row.order_id);
const note: DueHandlers = { remind: async (tx, { subject }) => void (await tx.query(`INSERT INTO stock.seen (order_id, step, kind, event_id) VALUES ($1, 1, 'due', gen_random_uuid())`, [subject])) };

test('business time decides what is due, in order of due time', async () => {
  await plan('third', '2026-03-29T00:30:00Z');
  await plan('first', '2026-03-28T10:00:00Z');
  await plan('second', '2026-03-28T12:00:00Z'); // this very moment
  expect(await runDue(db, note, stock)).toBe(2);
  await database.setClock('2026-03-29T00:30:00Z');
  expect(await runDue(db, note, stock)).toBe(1);
  expect(await seen()).toEqual(['first', 'second', 'third']);
  expect(await left()).toEqual([]);
});

test('planning again moves it, unplanning removes it', async () => {
  await plan('a', '2026-03-28T10:00:00Z');
  await plan('a', '2026-04-01T10:00:00Z');
  await plan('b', '2026-03-28T10:00:00Z');
  await transact(db, (tx) => unschedule(tx, { kind: 'remind', subject: 'b' }));
  expect(await runDue(db, note, stock)).toBe(0);
  expect((await left()).map((row) => row.subject)).toEqual(['a']);
});

/** A run waits for what the caller has locked, while the caller plans anew or takes back what runs. */
async function whileItRuns(work: (tx: Tx) => Promise<void>): Promise<number> {
  await database.owner.query(`INSERT INTO stock.seen (order_id, step, kind, event_id) VALUES ('held', 1, 'due', gen_random_uuid())`);
  await plan('a', '2026-03-28T10:00:00Z');
  const locking: DueHandlers = { remind: async (tx) => void (await tx.query(`SELECT FROM stock.seen WHERE order_id = 'held' FOR UPDATE`)) };
  const isWaiting = async () => (await database.owner.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount === 1;
  const { run } = await transact(db, async (tx) => {
    await tx.query(`SELECT FROM stock.seen WHERE order_id = 'held' FOR UPDATE`);
    const run = runDue(db, locking, stock);
    await waitFor('the run to wait for the lock', isWaiting);
    await work(tx);
    return { run };
  });
  return run;
}

test('unplanning does not wait for a run that waits for what the unplanner has locked', async () => {
  expect(await whileItRuns((tx) => unschedule(tx, { kind: 'remind', subject: 'a' }))).toBe(1);
  expect(await left()).toEqual([]);
});

test('planning does not wait for a run that waits for what the planner has locked, and what is planned stays', async () => {
  expect(await whileItRuns((tx) => schedule(tx, { kind: 'remind', subject: 'a', dueAt: new Date('2026-04-01T10:00:00Z') }))).toBe(1);
  expect(await left()).toEqual([{ subject: 'a', attempts: 0, last_error: null }]);
  expect(await runDue(db, note, stock)).toBe(0);
});

test('what is planned for now while it runs runs again', async () => {
  expect(await whileItRuns((tx) => schedule(tx, { kind: 'remind', subject: 'a', dueAt: new Date('2026-03-28T11:00:00Z') }))).toBe(2);
  expect(await left()).toEqual([]);
});

test('a run that fails does not put off what was planned anew meanwhile', async () => {
  await plan('a', '2026-03-28T10:00:00Z');
  const replanned: DueHandlers = {
    remind: async () => {
      await plan('a', '2026-04-01T10:00:00Z');
      throw new Error('the bank says no');
    },
  };
  expect(await runDue(db, replanned, stock)).toBe(0);
  expect(await left()).toEqual([{ subject: 'a', attempts: 0, last_error: null }]);
});

test('what is planned and has not begun waits for a cause that relies on it, and then sees what it did', async () => {
  const keep = (now = '2026-03-28T12:00:00Z') => transact(db, (tx) => keepPlanned(tx, 'remind', new Date(now)));
  await plan('later', '2026-03-28T13:00:00Z');
  await plan('failed', '2026-03-28T09:00:00Z');
  await database.owner.query(`UPDATE stock.due SET attempts = 1, not_before = 'infinity' WHERE subject = 'failed'`);
  expect(await keep()).toBe(false);
  await plan('a', '2026-03-28T10:00:00Z');
  await transact(db, async (tx) => {
    expect(await keepPlanned(tx, 'remind', new Date('2026-03-28T12:00:00Z'))).toBe(true);
    expect(await runDue(db, note, stock)).toBe(0);
  });
  expect(await runDue(db, { remind: async () => expect(await keep()).toBe(false) }, stock)).toBe(1); // one that runs sees nothing more
});

test('a handler may plan itself anew', async () => {
  await plan('daily', '2026-03-26T06:00:00Z');
  const daily: DueHandlers = {
    remind: async (tx, due, tools) => {
      await note['remind']!(tx, due, tools);
      await schedule(tx, { kind: 'remind', subject: due.subject, dueAt: new Date(due.dueAt.getTime() + 86_400_000) });
    },
  };
  expect(await runDue(db, daily, stock)).toBe(3);
  expect(await left()).toEqual([{ subject: 'daily', attempts: 0, last_error: null }]);
});

test('what fails keeps its row and leaves no effect, waits by system time, and holds nobody up', async () => {
  await plan('bad', '2026-03-28T09:00:00Z');
  await plan('good', '2026-03-28T10:00:00Z');
  const handlers: DueHandlers = {
    remind: async (tx, due, tools) => {
      await note['remind']!(tx, due, tools);
      if (due.subject === 'bad') throw new Error('the bank says no');
    },
  };
  expect(await runDue(db, handlers, stock)).toBe(1);
  expect([await seen(), await left()]).toEqual([['good'], [{ subject: 'bad', attempts: 1, last_error: 'the bank says no' }]]);
  expect(await runDue(db, note, stock)).toBe(0); // its pause is not over
  await database.owner.query(`UPDATE stock.due SET not_before = '-infinity'`);
  expect(await runDue(db, note, stock)).toBe(1);
});

test('running out of time is not the fault of the work: it is put off and not counted', async () => {
  await plan('endless', '2026-03-28T09:00:00Z');
  await plan('quick', '2026-03-28T10:00:00Z');
  const handlers: DueHandlers = { remind: async (tx, due, tools) => (due.subject === 'endless' ? void (await tx.query('SELECT pg_sleep(3)')) : note['remind']!(tx, due, tools)) };
  expect(await runDue(db, handlers, stock)).toBe(1);
  expect(await left()).toMatchObject([{ subject: 'endless', attempts: 0 }]);
});

test('two workers do each thing once', async () => {
  const other = toyRuntime('stock', url);
  for (let nth = 0; nth < 60; nth++) await plan(`n${nth}`, '2026-03-28T11:00:00Z');
  const workers = await Promise.all([startDue(stock, note), startDue(other, note)]);
  await Promise.all([wakeDue(stock, 'demo', 'stock'), wakeDue(other, 'demo', 'stock')]);
  await waitFor('everything done', async () => (await left()).length === 0);
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(new Set(await seen()).size).toBe(60);
  expect((await seen()).length).toBe(60);
  await other.close();
});

test('a moved clock is noticed at once when somebody wakes the domain', async () => {
  await plan('later', '2026-05-01T00:00:00Z');
  const worker = await startDue(stock, note);
  await database.setClock('2026-05-01T00:00:00Z');
  await wakeDue(stock, 'demo', 'stock');
  await waitFor('the work', async () => (await seen()).length === 1);
  await worker.stop();
});

test.each([
  ['one row per kind and subject', `INSERT INTO stock.due (id, kind, subject, due_at, correlation_id) SELECT gen_random_uuid(), 'k', 's', now(), 'c' FROM generate_series(1, 2)`, '23505'],
  ['no negative attempts', `INSERT INTO stock.due (id, kind, subject, due_at, correlation_id, attempts) VALUES (gen_random_uuid(), 'k', 's', now(), 'c', -1)`, '23514'],
  ['a due moment', `INSERT INTO stock.due (id, kind, subject, correlation_id) VALUES (gen_random_uuid(), 'k', 's', 'c')`, '23502'],
  ['no retry of a letter that only waits', `INSERT INTO stock.dead_letter (hearer, position, event_id, domain, aggregate_type, aggregate_id, type, version, payload, tenant, occurred_at, correlation_id, aggregate_version, committed_at, retry_at)
     VALUES ('stock', 1, gen_random_uuid(), 'shop', 'order', 'x', 't', 1, '{}', 'demo', now(), 'c', 1, now(), now())`, '23514'],
  ['a cursor that is a position', `UPDATE stock.hearer_cursor SET position = -1`, '23514'],
  ['versions from 1', `INSERT INTO stock.aggregate_version VALUES ('order', 'x', 0)`, '23514'],
])('the database insists on %s', async (_what, sql, code) => {
  await expect(database.owner.query(sql)).rejects.toMatchObject({ code });
});

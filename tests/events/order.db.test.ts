import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { transact, type Db } from '@stromgraph/kernel/database';
import { startHearer, applyEvents } from '@stromgraph/kernel/hearer';
import { publish, publishAll } from '@stromgraph/kernel/outbox';
import { relayOnce, startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { prune } from '@stromgraph/kernel/relay-prune';
import { waitFor } from '../wait.ts';
import { startToyCluster, type ToyCluster } from './cluster.ts';
import { hearersOf, OrderNoted, OrderStepped, publishStep, stepOrders, toyHandlers, toyRuntime } from './toy-domains.ts';

let cluster: ToyCluster;
let shop: Runtime;
let books: Runtime;
let db: Db;
let owner: pg.Client;
const open: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  cluster = await startToyCluster('throw-away');
  shop = toyRuntime('shop', cluster.staff('shop'));
  books = toyRuntime('books', cluster.staff('books'));
  db = shop.tenants.get('demo')!.db;
  owner = new pg.Client(cluster.ownerUrl);
  await owner.connect();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.stop()));
});
afterAll(async () => {
  await owner?.end();
  await Promise.all([shop?.close(), books?.close()]);
  await cluster?.stop();
});

const feedOf = async (orderId: string) =>
  (await owner.query<{ step: number; version: string }>(`SELECT (payload->>'step')::int AS step, aggregate_version AS version FROM platform.feed WHERE aggregate_id = $1 ORDER BY position`, [orderId])).rows;
const relay = () => startRelay({ url: cluster.relay, tenant: 'demo', hearersOf }).then((running) => (open.push(running), running));

/** A session that takes its steps when the test says so. */
async function session() {
  const client = new pg.Client(cluster.ownerUrl);
  await client.connect();
  const publishNow = (orderId: string, step: number) =>
    client.query('SELECT shop.publish($1)', [
      JSON.stringify([{ id: crypto.randomUUID(), aggregatetype: 'order', aggregateid: orderId, type: OrderStepped.name, version: 1, payload: { orderId, step }, tenant: 'demo', occurred_at: new Date(), correlation_id: 'test' }]),
    ]);
  return { query: (text: string) => client.query(text), publish: publishNow, end: () => client.end() };
}

test('T1 is older but writes after T2, while T3 in between stays open: the feed has the order of the locks', async () => {
  await relay();
  const [t1, t2, t3] = await Promise.all([session(), session(), session()]);
  await t1.query('BEGIN');
  await t1.query('INSERT INTO shop.elsewhere DEFAULT VALUES'); // takes the oldest transaction id
  await t3.query('BEGIN');
  await t3.query('INSERT INTO shop.elsewhere DEFAULT VALUES');
  await t2.query('BEGIN');
  await t2.publish('t', 1);
  const t1Publishes = t1.publish('t', 2); // waits for T2's lock on the aggregate
  await t2.query('COMMIT');
  await t1Publishes;
  await t1.query('COMMIT');
  await pause(200);
  expect(await feedOf('t')).toEqual([]); // T3 could still write below the cut
  await t3.query('COMMIT');
  await waitFor('both steps', async () => (await feedOf('t')).length === 2);
  expect(await feedOf('t')).toEqual([{ step: 1, version: '1' }, { step: 2, version: '2' }]);
  await Promise.all([t1.end(), t2.end(), t3.end()]);
});

test('an id that was drawn by a transaction still open is waited for, one that was rolled back is not', async () => {
  const [slow, gone] = await Promise.all([session(), session()]);
  await slow.query('BEGIN');
  await slow.publish('slow', 1);
  await gone.query('BEGIN');
  await gone.publish('gone', 1);
  await gone.query('ROLLBACK');
  await stepOrders(db, ['after']);
  await relay();
  await pause(150);
  expect(await feedOf('after')).toEqual([]);
  await slow.query('COMMIT');
  await waitFor('the later event', async () => (await feedOf('after')).length === 1);
  const { rows } = await owner.query(`SELECT aggregate_id FROM platform.feed WHERE aggregate_id IN ('slow', 'gone', 'after') ORDER BY position`);
  expect(rows.map((row) => row.aggregate_id)).toEqual(['slow', 'after']);
  await Promise.all([slow.end(), gone.end()]);
});

test('committed at is the moment of the commit, not of the start', async () => {
  const writer = await session();
  await writer.query('BEGIN');
  await writer.publish('late', 1);
  await pause(300);
  const before = Date.now();
  await writer.query('COMMIT');
  await relayOnce(cluster.relay);
  const { rows } = await owner.query<{ committed_at: Date }>(`SELECT committed_at FROM platform.feed WHERE aggregate_id = 'late'`);
  expect(rows[0]!.committed_at.getTime()).toBeGreaterThanOrEqual(before - 5);
  await writer.end();
});

test('many events of a few aggregates in one statement keep their versions', async () => {
  await transact(db, (tx) => publishAll(tx, OrderNoted, Array.from({ length: 2_500 }, (_, index) => ({ aggregateType: 'order', aggregateId: `bulk-${index % 7}`, data: { orderId: `bulk-${index % 7}`, step: Math.floor(index / 7) + 1 } }))));
  expect(await relayOnce(cluster.relay)).toBe(2_500);
  for (let order = 0; order < 7; order++) for (const [index, { step, version }] of (await feedOf(`bulk-${order}`)).entries()) expect([step, Number(version)]).toEqual([index + 1, index + 1]);
});

test('a missing version is an alarm, and what follows is still delivered', async () => {
  await transact(db, (tx) => publishStep(tx, 'hole', 1));
  await relayOnce(cluster.relay);
  await owner.query(`UPDATE shop.aggregate_version SET version = 5 WHERE aggregateid = 'hole'`);
  const lines: string[] = [];
  const log = { error: (facts: { alarm?: string }) => lines.push(facts.alarm ?? ''), warn: () => {}, info: () => {}, debug: () => {}, child: () => log } as never;
  open.push(await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, log }));
  await transact(db, (tx) => publishStep(tx, 'hole', 2));
  await waitFor('the event after the hole', async () => (await feedOf('hole')).length === 2);
  expect(lines).toEqual(['event-order']);
});

test('a second relay stands by and takes over when the first loses its session', async () => {
  await Promise.all([relay(), relay()]);
  await stepOrders(db, ['before']);
  await waitFor('the first event', async () => (await feedOf('before')).length === 1);
  await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stromgraph relay'`);
  await stepOrders(db, ['takeover']);
  await waitFor('the event after the loss', async () => (await feedOf('takeover')).length === 1);
});

test('a fault of the infrastructure in the middle of a page changes nothing but the time', async () => {
  let faults = 7;
  const handlers = toyHandlers('books').map((handler) => ({
    ...handler,
    apply: async (...[tx, events, tools]: Parameters<typeof handler.apply>) => {
      await handler.apply(tx, events, tools);
      if (faults > 0 && events[0]!.aggregateId.startsWith('retry') && Math.random() < 0.2) {
        faults -= 1;
        throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      }
    },
  }));
  await relay();
  open.push(await startHearer(books, handlers));
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (let round = 0; round < 25; round++) await stepOrders(db, ['retry-1', 'retry-2', 'retry-3'], { elsewhere: round % 3 === 0 });
  }));
  const steps = async (order: string) => (await owner.query<{ step: number }>('SELECT step FROM books.seen WHERE order_id = $1 ORDER BY nth', [order])).rows.map((row) => row.step);
  for (const order of ['retry-1', 'retry-2', 'retry-3']) await waitFor(order, async () => (await steps(order)).length >= 150);
  for (const order of ['retry-1', 'retry-2', 'retry-3']) expect(await steps(order)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  expect((await owner.query('SELECT FROM books.dead_letter')).rowCount).toBe(0);
});

test('what has been carried and heard is removed after its time, the newest position stays', async () => {
  await relayOnce(cluster.relay);
  const session = new pg.Client({ connectionString: cluster.relay });
  await session.connect();
  const db = { query: async (text: string, values: readonly unknown[] = []) => session.query(text, [...values]).then(({ rows, rowCount }) => ({ rows, rowCount: rowCount ?? 0 })), sql: undefined as never };
  const count = async (table: string) => Number((await owner.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]!.count);
  const head = async () => (await owner.query<{ max: string }>('SELECT max(position) FROM platform.feed')).rows[0]!.max;
  await prune(db, { domains: ['shop'], hearers: ['books'] }, { outboxMs: 3_600_000, feedMs: 3_600_000 });
  expect(await count('shop.outbox')).toBeGreaterThan(0);
  await owner.query('UPDATE books.hearer_cursor SET position = 3');
  const before = await head();
  await prune(db, { domains: ['shop'], hearers: ['books'] }, { outboxMs: 0, feedMs: 0 });
  expect(await count('shop.outbox')).toBe(0);
  expect((await owner.query('SELECT FROM platform.feed WHERE position <= 3')).rowCount).toBe(0);
  expect(await count('platform.feed')).toBeGreaterThan(1); // books has not heard the rest
  await applyEvents(books, toyHandlers('books'));
  await prune(db, { domains: ['shop'], hearers: ['books'] }, { outboxMs: 0, feedMs: 0 });
  expect([await count('platform.feed'), await head()]).toEqual([1, before]);
  await session.end();
});

test('a domain may not publish what belongs to another, and an outbox row never changes', async () => {
  await expect(transact(books.tenants.get('demo')!.db, (tx) => publish(tx, OrderStepped, { aggregateType: 'order', aggregateId: 'x', data: { orderId: 'x', step: 1 } }))).rejects.toThrow('books may not publish shop.OrderStepped');
  await stepOrders(db, ['fixed']);
  await expect(owner.query(`UPDATE shop.outbox SET payload = '{}' WHERE aggregateid = 'fixed'`)).rejects.toMatchObject({ code: '23001' });
  await expect(db.sql`DELETE FROM shop.outbox`).rejects.toMatchObject({ code: '42501' });
  await expect(db.sql`INSERT INTO platform.feed DEFAULT VALUES`).rejects.toMatchObject({ code: '42501' });
});

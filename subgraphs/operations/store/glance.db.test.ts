import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { schedule, wakeDue } from '@stromgraph/kernel/due';
import { applyEvents, wakeHearer } from '@stromgraph/kernel/hearer';
import { relayOnce } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { equipToys, stepOrders, toyHandlers, toyRuntime } from '../../../tests/events/toy-domains.ts';
import { waitFor } from '../../../tests/wait.ts';
import { glance } from './glance.ts';

const HEARERS = [{ domain: 'shop', types: [] }, { domain: 'stock', types: ['shop.OrderStepped'] }];
const OFTEN = 3;
const NOW = '2026-03-28T12:00:00Z';
let database: TestDatabase;
let toys: Awaited<ReturnType<typeof equipToys>>;
let [shop, stock] = [] as unknown as [Runtime, Runtime];
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  toys = await equipToys(database.url);
  await database.setClock(NOW);
  [shop, stock] = [toyRuntime('shop', toys.staff('shop')), toyRuntime('stock', toys.staff('stock'))];
  db = await database.open('operations');
});
afterAll(async () => {
  await Promise.all([shop?.close(), stock?.close()]);
  await database.drop();
});

const dbOf = (runtime: Runtime): Db => runtime.tenants.get('demo')!.db;
const look = () => glance(db, HEARERS, OFTEN);
const STILL = { stirring: false, asleep: [], deaf: [] };
const plan = (at = NOW) => transact(dbOf(stock), (tx) => schedule(tx, { kind: 'remind', subject: 'a', dueAt: new Date(at) }));

test('an event stirs until it has been carried and heard, also when nobody has been told', async () => {
  expect(await look()).toMatchObject(STILL);
  await stepOrders(dbOf(shop), ['a']);
  expect(await look()).toMatchObject({ stirring: true, asleep: [], deaf: [] });
  await relayOnce(toys.relay);
  expect(await look()).toMatchObject({ stirring: true, asleep: [], deaf: ['stock'] });
  await wakeHearer(stock, 'demo', 'stock'); // a job that waits
  expect(await look()).toMatchObject({ stirring: true, asleep: [], deaf: [] });
  await database.owner.query('DELETE FROM jobs.job');
  expect(await glance(db, [HEARERS[0]!, { domain: 'stock', types: [] }], OFTEN)).toMatchObject(STILL); // nobody hears it
  await applyEvents(stock, toyHandlers('stock'));
  expect(await look()).toMatchObject(STILL);
});

test('an event that is parked stirs while it is tried again', async () => {
  await stepOrders(dbOf(shop), ['b'], { poison: () => true });
  await relayOnce(toys.relay);
  await applyEvents(stock, toyHandlers('stock'));
  expect(await look()).toMatchObject({ stirring: true, asleep: [] });
  await database.owner.query('UPDATE stock.dead_letter SET retry_at = NULL');
  expect(await look()).toMatchObject(STILL);
});

test('due work stirs from its moment on, and whoever has it is asleep until woken', async () => {
  await plan('2026-03-28T12:00:01Z');
  expect(await look()).toMatchObject(STILL);
  await plan();
  expect(await look()).toMatchObject({ stirring: true, asleep: ['stock'] });
  await wakeDue(stock, 'demo', 'stock'); // a job that waits
  expect(await look()).toMatchObject({ stirring: true, asleep: [] });
  await database.owner.query('DELETE FROM jobs.job');
  await database.owner.query(`UPDATE stock.due SET attempts = ${OFTEN - 1}, not_before = 'infinity'`);
  expect(await look()).toMatchObject({ stirring: true, asleep: [] }); // it waits for its next try
  await database.owner.query(`UPDATE stock.due SET attempts = ${OFTEN}`);
  expect(await look()).toMatchObject(STILL);
});

test('a job stirs while it waits; a wake-up of a hearer does not', async () => {
  const job = (queue: string) => database.owner.query(`UPDATE jobs.job SET queue = $1`, [queue]);
  await wakeDue(stock, 'demo', 'stock');
  expect(await look()).toMatchObject({ stirring: true });
  await job('stock.inbox');
  expect(await look()).toMatchObject(STILL);
  await database.owner.query('DELETE FROM jobs.job');
});

test('the mark stays as long as nobody has written', async () => {
  const stays = async () => (await look()).mark === (await look()).mark;
  await waitFor('two glances without a write between them', stays); // other files write to this server too
  const { mark } = await look();
  await database.owner.query('SELECT pg_current_xact_id()');
  expect((await look()).mark).not.toBe(mark);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact, type Db } from '@stromgraph/kernel/database';
import { startDue, schedule } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { openFeedTail, liveStream } from '@stromgraph/kernel/live';
import { addJob, queue, work } from '@stromgraph/kernel/queue';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { z } from 'zod';
import { testDatabase, type TestDatabase } from '../database.ts';
import { equipToys, HEARERS, hearersOf, stepOrders, toyHandlers, toyRuntime } from './toy-domains.ts';

let database: TestDatabase;
let shop: Runtime;
let hearers: Runtime[];
let db: Db;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const urls = await equipToys(database.url);
  shop = toyRuntime('shop', urls.staff('shop'));
  db = shop.tenants.get('demo')!.db;
  hearers = HEARERS.map((domain) => toyRuntime(domain, urls.staff(domain)));
  stops.push((await startRelay({ url: urls.relay, tenant: 'demo', hearersOf })).stop);
  for (const runtime of hearers) stops.push((await startHearer(runtime, toyHandlers(runtime.domain))).stop);
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await Promise.all([shop, ...hearers].map((runtime) => runtime?.close()));
  await database.drop();
});

test('an event reaches every hearer once', async () => {
  for (let round = 0; round < 20; round++) await stepOrders(db, ['a', 'b']);
  for (const { domain } of hearers)
    await expect.poll(async () => (await database.owner.query(`SELECT order_id, array_agg(step ORDER BY nth) AS steps FROM ${domain}.seen GROUP BY 1 ORDER BY 1`)).rows, { timeout: 10_000 }).toEqual(
      ['a', 'b'].map((order_id) => ({ order_id, steps: Array.from({ length: 20 }, (_, index) => index + 1) })),
    );
});

test('a job runs with what it was given', async () => {
  const seen: unknown[] = [];
  const greet = queue('shop.greet', z.strictObject({ name: z.string() }), ({ name }) => name);
  const worker = await work(shop, greet, 2, async (tenant, data, job) => void seen.push([tenant.name, data.name, job.id, job.attempt, job.correlationId]));
  await addJob(shop, 'demo', greet, { name: 'anna' }, { correlationId: 'request 1' });
  await expect.poll(() => seen).toEqual([['demo', 'anna', 'anna', 1, 'request 1']]);
  await worker.stop();
});

test('due work is done once its business time has come', async () => {
  const seen: string[] = [];
  await transact(db, (tx) => schedule(tx, { kind: 'remind', subject: 'a', dueAt: new Date(Date.now() - 1000) }));
  await transact(db, (tx) => schedule(tx, { kind: 'remind', subject: 'b', dueAt: new Date(Date.now() + 3_600_000) }));
  const due = await startDue(shop, { remind: async (_tx, { subject }) => void seen.push(subject) });
  await expect.poll(() => seen, { timeout: 5_000 }).toEqual(['a']);
  await due.stop();
  expect((await database.owner.query('SELECT subject FROM shop.due')).rows).toEqual([{ subject: 'b' }]);
});

test('a stream begins with the state and goes on with changes', async () => {
  const tail = openFeedTail(shop);
  const steps = async () => ({ steps: (await db.sql<{ id: string; step: number }>`SELECT * FROM shop.basket WHERE id = 'live'`)[0]?.step ?? 0 });
  const stream = liveStream(tail, { tenant: 'demo', types: ['shop.OrderStepped'], concerns: (entry) => entry.aggregateId === 'live', afterSeq: null, maxHz: 50, snapshot: steps, change: steps });
  const first = (await stream.next()).value!;
  expect(first).toMatchObject({ steps: 0, reset: true });
  const next = stream.next();
  await stepOrders(db, ['other']);
  await stepOrders(db, ['live']);
  const second = (await next).value!;
  expect(second).toMatchObject({ steps: 1, reset: false });
  expect(second.seq).toBeGreaterThan(first.seq);
  await stream.return!();
  expect(tail.followers()).toBe(0);
});

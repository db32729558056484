import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { startHearer } from '@stromgraph/kernel/hearer';
import { liveStream, openFeedTail } from '@stromgraph/kernel/live';
import { addJobs, queue, queuesOf, repeatJob, work } from '@stromgraph/kernel/queue';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { z } from 'zod';
import { waitFor } from '../wait.ts';
import { startToyCluster, type ToyCluster } from './cluster.ts';
import { BACKENDS, isInstalled, type RedisServer, startRedis } from './redis.ts';
import { HEARERS, hearersOf, stepOrders, toyHandlers, toyRuntime } from './toy-domains.ts';

let cluster: ToyCluster;
let redis: RedisServer | null = null;
beforeAll(async () => {
  cluster = await startToyCluster('durable');
  if (BACKENDS.includes('redis')) redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  await cluster?.stop();
});

describe.each(BACKENDS)('from an outbox to every hearer, queues on %s', (backend) => {
  let shop: Runtime;
  let db: Db;
  let hearers: Runtime[];
  const running: { stop: () => Promise<void> }[] = [];
  beforeAll(async () => {
    const redisUrl = backend === 'redis' ? redis!.url : null;
    shop = toyRuntime('shop', cluster.staff('shop'), redisUrl);
    db = shop.tenants.get('demo')!.db;
    hearers = HEARERS.map((domain) => toyRuntime(domain, cluster.staff(domain), redisUrl));
    running.push(await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, redisUrl }));
    for (const runtime of hearers) running.push(await startHearer(runtime, toyHandlers(runtime.domain)));
  });
  afterAll(async () => {
    await Promise.all(running.map((part) => part.stop()));
    await Promise.all([shop, ...hearers].map((runtime) => runtime?.close()));
  });

  /** Steps an order and waits until every hearer has every step, in order and once. */
  async function deliver(order: string, steps: number): Promise<number> {
    for (let step = 0; step < steps; step++) await waitFor('a write', () => stepOrders(db, [order]).then(() => true));
    return arrive(order, steps);
  }
  async function arrive(order: string, steps: number): Promise<number> {
    const since = performance.now();
    for (const domain of HEARERS) {
      const seen = async () => ((await cluster.ask<{ step: number }>(`SELECT step FROM ${domain}.seen WHERE order_id = $1 ORDER BY nth`, [order])) ?? []).map(({ step }) => step);
      await waitFor(`${steps} steps at ${domain}`, async () => (await seen()).length >= steps, 20_000);
      expect(await seen()).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
    }
    return performance.now() - since;
  }

  test('every event arrives once and in order, woken by the queue and not by the timer', async () => {
    await deliver(`${backend}-warm`, 3);
    const waits = [];
    for (let round = 0; round < 5; round++) waits.push(await deliver(`${backend}-${round}`, 5));
    expect(Math.min(...waits)).toBeLessThan(600); // the timer alone would take up to 1,000 ms
  });

  test('wake-ups leave nothing behind in the queues', async () => {
    await deliver(`${backend}-clean`, 5);
    for (const runtime of hearers)
      await waitFor('an empty queue', async () => {
        const counts = await queuesOf(runtime, 'demo').queueOf(`${runtime.domain}.inbox`).getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
        return Object.values(counts).every((count) => count === 0);
      });
  });

  test('PostgreSQL is stopped and started: delivery and streams go on by themselves', async () => {
    const stream = liveStream(openFeedTail(shop), {
      tenant: 'demo', types: ['shop.OrderStepped'], concerns: ({ aggregateId }) => aggregateId === `${backend}-restart`, afterSeq: null, maxHz: 100,
      snapshot: async () => ({ last: 0 }), change: async (entries) => ({ last: (entries.at(-1)!.data as { step: number }).step }),
    });
    await stream.next();
    await deliver(`${backend}-restart`, 3);
    await cluster.postgres().stop();
    await new Promise((resolve) => setTimeout(resolve, 500)); // they all notice
    await cluster.restart();
    await waitFor('a write', () => stepOrders(db, [`${backend}-restart`]).then(() => true));
    await arrive(`${backend}-restart`, 4);
    let last = 0;
    while (last < 4) last = (await stream.next()).value!.last;
    await stream.return!();
    expect(await deliver(`${backend}-afterwards`, 3)).toBeLessThan(5_000);
  });

  if (backend === 'redis' && !process.env.REDIS_URL)
    test('Redis is killed, comes back, and burns down: it only made delivery faster', async () => {
      await redis!.kill();
      await deliver('redis-away', 3);
      await redis!.start();
      await deliver('redis-back', 3);
      const { Redis } = await import('ioredis');
      const client = new Redis(redis!.url);
      await client.flushall();
      client.disconnect();
      await deliver('redis-empty', 3);
      await waitFor('fast delivery again', async () => (await deliver(`redis-${Math.random()}`, 1)) < 400, 30_000);
    });
});

if (isInstalled())
  test('a Redis Cluster carries jobs, repeated jobs, wake-ups and streams', async () => {
    const ofSeveral = await startRedis({ cluster: true });
    const shop = toyRuntime('shop', cluster.staff('shop'), ofSeveral.url);
    const stock = toyRuntime('stock', cluster.staff('stock'), ofSeveral.url);
    const { db } = shop.tenants.get('demo')!;
    const numbered = queue('shop.number', z.strictObject({ nth: z.int() }), ({ nth }) => `nth-${nth}`);
    const seen = new Set<number>();
    const parts = [
      await work(shop, numbered, 5, async (_tenant, { nth }) => void seen.add(nth)),
      await startHearer(stock, toyHandlers('stock')),
      await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, redisUrl: ofSeveral.url }),
    ];
    await addJobs(shop, 'demo', numbered, Array.from({ length: 50 }, (_, nth) => ({ nth })));
    await repeatJob(shop, 'demo', numbered, { nth: 0 }, '0 3 * * *');
    await waitFor('all jobs', async () => seen.size === 50);
    const stream = liveStream(openFeedTail(shop), { tenant: 'demo', types: ['shop.OrderStepped'], concerns: ({ aggregateId }) => aggregateId === 'in a cluster', afterSeq: null, maxHz: 10, snapshot: async () => ({ step: 0 }), change: async (entries) => ({ step: entries.length }) });
    await stream.next();
    const change = stream.next();
    await stepOrders(db, ['in a cluster']);
    expect((await change).value).toMatchObject({ step: 1, reset: false });
    await waitFor('the hearer', async () => (await cluster.ask(`SELECT FROM stock.seen WHERE order_id = 'in a cluster'`))?.length === 1);
    await stream.return!();
    await Promise.all(parts.map((part) => part.stop()));
    await Promise.all([shop.close(), stock.close()]);
    await ofSeveral.stop();
  });

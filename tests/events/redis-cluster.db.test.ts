import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startHearer } from '@stromgraph/kernel/hearer';
import { liveStream, openFeedTail } from '@stromgraph/kernel/live';
import { addJobs, queue, repeatJob, work } from '@stromgraph/kernel/queue';
import { startRelay } from '@stromgraph/kernel/relay';
import { testDatabase, type TestDatabase } from '../database.ts';
import { waitFor } from '../wait.ts';
import { isInstalled, type RedisServer, startRedis } from './redis.ts';
import { equipToys, hearersOf, stepOrders, toyHandlers, toyRuntime } from './toy-domains.ts';

describe.runIf(isInstalled())('a Redis Cluster', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let urls: Awaited<ReturnType<typeof equipToys>>;
  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), startRedis({ cluster: true })]);
    urls = await equipToys(database.url);
  });
  afterAll(async () => {
    await redis?.stop();
    await database.drop();
  });

  test('carries jobs, repeated jobs, wake-ups and streams', async () => {
    const shop = toyRuntime('shop', urls.staff('shop'), redis.url);
    const stock = toyRuntime('stock', urls.staff('stock'), redis.url);
    const { db } = shop.tenants.get('demo')!;
    const numbered = queue('shop.number', z.strictObject({ nth: z.int() }), ({ nth }) => `nth-${nth}`);
    const seen = new Set<number>();
    const parts = [
      await work(shop, numbered, 5, async (_tenant, { nth }) => void seen.add(nth)),
      await startHearer(stock, toyHandlers('stock')),
      await startRelay({ url: urls.relay, tenant: 'demo', hearersOf, redisUrl: redis.url }),
    ];
    await addJobs(shop, 'demo', numbered, Array.from({ length: 50 }, (_, nth) => ({ nth })));
    await repeatJob(shop, 'demo', numbered, { nth: 0 }, '0 3 * * *');
    await waitFor('all jobs', async () => seen.size === 50);
    const stream = liveStream(openFeedTail(shop), { tenant: 'demo', types: ['shop.OrderStepped'], afterSeq: null, maxHz: 10, snapshot: async () => ({ step: 0 }), change: async (entries) => ({ step: entries.length }) });
    await stream.next();
    const change = stream.next();
    await stepOrders(db, ['a']);
    expect((await change).value).toMatchObject({ step: 1, reset: false });
    await waitFor('the hearer', async () => (await database.owner.query('SELECT FROM stock.seen')).rowCount === 1);
    await stream.return!();
    await Promise.all(parts.map((part) => part.stop()));
    await Promise.all([shop.close(), stock.close()]);
  });
});

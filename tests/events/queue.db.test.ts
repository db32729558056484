import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addJob, addJobs, queue, queuesOf, repeatJob, work } from '@stromgraph/kernel/queue';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { testDatabase, type TestDatabase } from '../database.ts';
import { waitFor } from '../wait.ts';
import { BACKENDS, type RedisServer, startRedis } from './redis.ts';
import { equipToys, toyRuntime } from './toy-domains.ts';

let database: TestDatabase;
let redis: RedisServer | null = null;
let shopUrl: string;
let stockUrl: string;

beforeAll(async () => {
  database = await testDatabase();
  const urls = await equipToys(database.url);
  shopUrl = urls.staff('shop');
  stockUrl = urls.staff('stock');
  if (BACKENDS.includes('redis')) redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});

const KILLS = process.env.STROMGRAPH_LONG === '1' ? 10 : 4;
const Numbered = z.strictObject({ nth: z.int() });
const numbered = (name: string) => queue(`shop.${name}`, Numbered, ({ nth }) => `nth-${nth}`);

describe.each(BACKENDS)('queues on %s', (backend) => {
  let shop: Runtime;
  let stock: Runtime;
  beforeAll(() => {
    const address = backend === 'redis' ? redis!.url : null;
    shop = toyRuntime('shop', shopUrl, address);
    stock = toyRuntime('stock', stockUrl, address);
  });
  afterAll(() => Promise.all([shop?.close(), stock?.close()]));
  const states = (name: string) => queuesOf(shop, 'demo').queueOf(name).getJobCounts('waiting', 'active', 'delayed', 'failed', 'completed');

  test('many jobs are each run once, added by one domain and worked by another', async () => {
    const many = numbered('many');
    const seen: number[] = [];
    const worker = await work(stock, many, 10, async (_tenant, { nth }) => void seen.push(nth));
    await addJobs(shop, 'demo', many, Array.from({ length: 300 }, (_, nth) => ({ nth })));
    await waitFor('all jobs', async () => seen.length >= 300);
    expect(new Set(seen).size).toBe(300);
    await worker.stop();
    expect(await states('shop.many')).toMatchObject({ waiting: 0, completed: 0, failed: 0 });
  });

  test('the same job is not added twice while it waits', async () => {
    const same = numbered('same');
    for (let round = 0; round < 3; round++) await addJob(shop, 'demo', same, { nth: 1 });
    expect(await states('shop.same')).toMatchObject({ waiting: 1 });
  });

  test('what a handler throws is tried again, a fault of the infrastructure does not count as a try', async () => {
    const failing = numbered('failing');
    const attempts: number[] = [];
    const worker = await work(shop, failing, 1, async (_tenant, _data, { attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) throw Object.assign(new Error('terminating connection'), { code: '57P01' });
      if (attempts.length === 2) throw new Error('not yet');
    });
    await addJob(shop, 'demo', failing, { nth: 1 });
    await waitFor('three runs', async () => attempts.length === 3);
    expect(attempts).toEqual([1, 1, 2]);
    await worker.stop();
  });

  test('a payload that does not parse fails at once; adding the job again with a good one runs it', async () => {
    const strict = numbered('strict');
    const loose = queue('shop.strict', z.object({ nth: z.any() }), ({ nth }) => `nth-${Number(nth)}`);
    const seen: number[] = [];
    const worker = await work(shop, strict, 1, async (_tenant, { nth }) => void seen.push(nth));
    await addJob(shop, 'demo', loose, { nth: '5' });
    await waitFor('the failure', async () => (await states('shop.strict')).failed === 1);
    await addJob(shop, 'demo', strict, { nth: 5 });
    await waitFor('the run', async () => seen.length === 1);
    await waitFor('an empty queue', async () => (await states('shop.strict')).failed === 0);
    await worker.stop();
  });

  test('a delayed job waits its time, a repeated one goes by German clocks', async () => {
    const later = numbered('later');
    const seen: number[] = [];
    const startedAt = performance.now();
    const worker = await work(shop, later, 1, async () => void seen.push(performance.now() - startedAt));
    await addJob(shop, 'demo', later, { nth: 1 }, { delayMs: 300 });
    await waitFor('the delayed job', async () => seen.length === 1);
    expect(seen[0]).toBeGreaterThanOrEqual(290);
    await repeatJob(shop, 'demo', later, { nth: 2 }, '0 3 * * *');
    const [scheduler] = await queuesOf(shop, 'demo').queueOf('shop.later').getJobSchedulers();
    expect(new Intl.DateTimeFormat('de', { timeZone: 'Europe/Berlin', timeStyle: 'short' }).format(scheduler!.next)).toBe('03:00');
    await worker.stop();
  });

  test('stopping lets a running job finish', async () => {
    const slow = numbered('slow');
    let done = false;
    let begun = false;
    const worker = await work(shop, slow, 1, async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      done = true;
    });
    await addJob(shop, 'demo', slow, { nth: 1 });
    await waitFor('the start', async () => begun);
    await worker.stop();
    expect(done).toBe(true);
  });
});

// BullMQ's own limit would fail the job at the second kill. It waits for locks to run out, so the backends do it side by side.
test.concurrent.each(BACKENDS)('a worker that is killed again and again never fails its job, queues on %s', async (backend) => {
  const shop = toyRuntime('shop', shopUrl, backend === 'redis' ? redis!.url : null);
  const start = () => fork(join(import.meta.dirname, 'killed/worker.child.ts'), [JSON.stringify({ url: shopUrl, redisUrl: shop.redisUrl })], { stdio: 'inherit', execArgv: ['--disable-warning=ExperimentalWarning'] });
  await addJob(shop, 'demo', numbered('deadly'), { nth: 1 });
  for (let kill = 0; kill < KILLS; kill++) {
    const child = start();
    await new Promise((resolve) => child.once('message', resolve)); // the job is in its hands
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  const seen: number[] = [];
  const worker = await work(shop, numbered('deadly'), 1, async (_tenant, { nth }) => void seen.push(nth));
  await waitFor('the job', async () => seen.length === 1);
  expect(await queuesOf(shop, 'demo').queueOf('shop.deadly').getJobCounts('failed')).toEqual({ failed: 0 });
  await worker.stop();
  await shop.close();
});

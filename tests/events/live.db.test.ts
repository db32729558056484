import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { openFeedTail, type FeedTail, liveStream, type LiveOptions } from '@stromgraph/kernel/live';
import { relayOnce, startRelay } from '@stromgraph/kernel/relay';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { waitFor } from '../wait.ts';
import pg from 'pg';
import { startToyCluster, type ToyCluster } from './cluster.ts';
import { BACKENDS, type RedisServer, startRedis } from './redis.ts';
import { hearersOf, stepOrders, toyRuntime } from './toy-domains.ts';

let cluster: ToyCluster;
let redis: RedisServer | null = null;
let owner: pg.Client;

beforeAll(async () => {
  cluster = await startToyCluster('throw-away');
  if (BACKENDS.includes('redis')) redis = await startRedis();
  owner = new pg.Client(cluster.ownerUrl);
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await redis?.stop();
  await cluster?.stop();
});

type Steps = { steps: Record<string, number> };

describe.each(BACKENDS)('streams with wake-ups by %s', (backend) => {
  let shop: Runtime;
  let db: Db;
  let tail: FeedTail;
  let relay: { stop: () => Promise<void> };
  let nth = 0;
  let order = '';
  const streams: AsyncIterableIterator<unknown>[] = [];
  beforeAll(async () => {
    const redisUrl = backend === 'redis' ? redis!.url : null;
    shop = toyRuntime('shop', cluster.staff('shop'), redisUrl);
    db = shop.tenants.get('demo')!.db;
    tail = openFeedTail(shop);
    relay = await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, redisUrl });
  });
  beforeEach(() => void (order = `${backend}-${++nth}`));
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.return!()));
    expect(tail.followers()).toBe(0);
  });
  afterAll(async () => {
    await relay?.stop();
    await shop?.close();
  });

  const steps = async (): Promise<Steps> => ({ steps: Object.fromEntries((await db.sql<{ id: string; step: number }>`SELECT id, step FROM shop.basket WHERE id LIKE ${`${order}%`}`).map(({ id, step }) => [id.slice(order.length), step])) });
  const follow = (options: Partial<LiveOptions<Steps>> = {}) => {
    const stream = liveStream(tail, { tenant: 'demo', types: ['shop.OrderStepped'], concerns: (entry) => entry.aggregateId.startsWith(order), afterSeq: null, maxHz: 100, snapshot: steps, change: steps, ...options });
    streams.push(stream);
    return stream;
  };
  const next = async (stream: ReturnType<typeof follow>) => (await stream.next()).value!;

  test('a new client gets the state, then each change within a moment, with rising seq', async () => {
    await stepOrders(db, [order]);
    await waitFor('the feed', async () => (await owner.query('SELECT FROM platform.feed WHERE aggregate_id = $1', [order])).rowCount === 1);
    const stream = follow();
    const first = await next(stream);
    expect(first).toMatchObject({ steps: { '': 1 }, reset: true });
    let seq = first.seq;
    for (let step = 2; step <= 5; step++) {
      const before = Date.now();
      const coming = next(stream);
      await stepOrders(db, [order]);
      const change = await coming;
      expect(change).toMatchObject({ steps: { '': step }, reset: false });
      expect(change.seq).toBeGreaterThan(seq);
      expect(change.committedAt.getTime()).toBeGreaterThanOrEqual(before - 5);
      expect(change.committedAt.getTime()).toBeLessThanOrEqual(Date.now());
      seq = change.seq;
    }
  });

  test('nothing is lost between the state and the changes, whenever one joins', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await stepOrders(db, [order]);
    })();
    const joined = await Promise.all(Array.from({ length: 8 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 30));
      const stream = follow({ maxHz: 1_000, change: async (entries) => ({ steps: { '': (entries.at(-1)!.data as { step: number }).step } }) });
      let last = await next(stream);
      return async (until: number) => {
        while ((last.steps[''] ?? 0) < until) {
          const coming = await next(stream);
          expect(coming.seq).toBeGreaterThan(last.seq);
          last = coming;
        }
        return last.steps[''];
      };
    }));
    await waitFor('a hundred steps', async () => (await steps()).steps['']! > 100);
    writing = false;
    await writer;
    const final = (await steps()).steps['']!;
    expect(await Promise.all(joined.map((readUntil) => readUntil(final)))).toEqual(joined.map(() => final));
  });

  test('a stream that tells each change for itself leaves none out, and one that shall end ends where it shall', async () => {
    const each = { maxHz: null, change: async ([entry]: readonly { data: unknown }[]) => ({ steps: { '': (entry!.data as { step: number }).step } }) };
    const stream = follow(each);
    await next(stream);
    for (let step = 1; step <= 30; step++) await stepOrders(db, [order]);
    const seqs: bigint[] = [];
    for (let step = 1; step <= 30; step++) {
      const change = await next(stream);
      expect(change).toMatchObject({ steps: { '': step }, reset: false });
      seqs.push(change.seq);
    }
    const toldBy = async (options: Partial<LiveOptions<Steps>>) => (await Array.fromAsync(follow(options))).map(({ steps, reset }) => (reset ? 'state' : steps['']));
    expect(await toldBy({ ...each, afterSeq: seqs[9]!, untilSeq: seqs[14]! })).toEqual([11, 12, 13, 14, 15]);
    expect(await toldBy({ ...each, afterSeq: seqs[14]!, untilSeq: seqs[14]! })).toEqual([]);
    expect(await toldBy({ afterSeq: seqs[9]!, untilSeq: seqs[14]! })).toHaveLength(1);
    expect(await toldBy({ untilSeq: seqs[14]! })).toEqual(['state']);
  });

  test('a client that comes back continues after its seq, without loss or repetition', async () => {
    await stepOrders(db, [order]);
    await waitFor('the feed', async () => (await owner.query('SELECT FROM platform.feed WHERE aggregate_id = $1', [order])).rowCount === 1);
    const first = follow();
    const { seq } = await next(first);
    await first.return!();
    for (let round = 0; round < 3; round++) await stepOrders(db, [order]);
    await waitFor('the feed', async () => (await owner.query('SELECT FROM platform.feed WHERE aggregate_id = $1', [order])).rowCount === 4);
    const seen: number[] = [];
    const again = follow({ afterSeq: Number(seq), change: async (entries) => (seen.push(...entries.map(({ data }) => (data as { step: number }).step)), steps()) });
    const missed = await next(again);
    expect(missed).toMatchObject({ reset: false, steps: { '': 4 } });
    expect(seen).toEqual([2, 3, 4]);
    const coming = next(again);
    await stepOrders(db, [order]);
    await coming;
    expect(seen).toEqual([2, 3, 4, 5]);
    const uptodate = follow({ afterSeq: (await coming).seq });
    const nothingYet = next(uptodate);
    await stepOrders(db, [order]);
    expect(await nothingYet).toMatchObject({ reset: false, steps: { '': 6 } });
  });

  test.each([['is gone', -5], ['lies in a future that never was', Number.MAX_SAFE_INTEGER]])('a seq that %s gets the whole state', async (_what, afterSeq) => {
    expect(await next(follow({ afterSeq }))).toMatchObject({ reset: true });
  });

  test('what comes faster than asked for comes together, with the highest seq that it covers', async () => {
    const stream = follow({ maxHz: 4, change: async (entries) => ({ steps: { '': (entries.at(-1)!.data as { step: number }).step } }) });
    await next(stream);
    const got = [];
    const startedAt = performance.now();
    for (let step = 1; step <= 40; step++) await stepOrders(db, [order]);
    do got.push(await next(stream));
    while (got.at(-1)!.steps['']! < 40);
    expect(got.length).toBeLessThanOrEqual(Math.ceil((performance.now() - startedAt) / 250) + 3); // a few may come early (live-pace.ts)
    const { rows } = await owner.query<{ max: string }>('SELECT max(position) FROM platform.feed WHERE aggregate_id = $1', [order]);
    expect(got.at(-1)!.seq).toBe(BigInt(rows[0]!.max));
  });

  test('what does not concern a client, or changes nothing that it sees, is not sent', async () => {
    const stream = follow({ change: async (entries) => (entries.every(({ data }) => (data as { step: number }).step % 2 === 1) ? null : steps()) });
    await next(stream);
    const coming = next(stream);
    await stepOrders(db, ['somebody else']);
    await stepOrders(db, [order]);
    await waitFor('the feed', async () => (await owner.query('SELECT FROM platform.feed WHERE aggregate_id = $1', [order])).rowCount === 1);
    await stepOrders(db, [order]);
    expect(await coming).toMatchObject({ steps: { '': 2 } });
  });

  test('a lost connection to the feed loses no change', async () => {
    const stream = follow();
    await next(stream);
    await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'stromgraph feed tail%' OR application_name = 'stromgraph shop'`);
    const coming = next(stream);
    await waitFor('a write', () => stepOrders(db, [order]).then(() => true));
    expect((await coming).steps['']).toBeGreaterThanOrEqual(1);
    const second = next(stream);
    await stepOrders(db, [order]);
    expect((await second).steps['']).toBeGreaterThanOrEqual(2);
  });

  test('a client that does not read gets the whole state instead of everything it missed', async () => {
    const stream = follow({ maxHz: 1_000 });
    await next(stream);
    await relay.stop();
    await owner.query(`SELECT shop.publish(jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'aggregatetype', 'order', 'aggregateid', $1::text, 'type', 'shop.OrderStepped', 'version', 1,
      'payload', jsonb_build_object('orderId', $1::text, 'step', n), 'tenant', 'demo', 'occurred_at', now(), 'correlation_id', 'test'))) FROM generate_series(1, 6000) n`, [order]);
    await relayOnce(cluster.relay);
    relay = await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, redisUrl: backend === 'redis' ? redis!.url : null });
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // nobody reads
    await stepOrders(db, [order]);
    const got = [];
    do got.push(await next(stream));
    while (got.at(-1)!.steps[''] !== 1);
    expect(got.some(({ reset }) => reset)).toBe(true);
  });

  test('a stream that ends while it waits frees everything at once', async () => {
    const stream = follow();
    await next(stream);
    const waiting = stream.next();
    await stream.return!();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(tail.followers()).toBe(0);
  });

  test('a failing change ends its stream, not the others', async () => {
    const failing = follow({ change: async () => Promise.reject(new Error('no')) });
    const healthy = follow();
    await Promise.all([next(failing), next(healthy)]);
    const [failed, change] = [failing.next(), next(healthy)];
    const refused = expect(failed).rejects.toThrow('no');
    await stepOrders(db, [order]);
    await refused;
    expect(await change).toMatchObject({ steps: { '': 1 } });
  });
});

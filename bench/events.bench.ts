// Events to three hearers on both backends: against plain BullMQ with as many jobs as deliveries, against the writers alone, and latency.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { startHearer, onAll, type Handler } from '@stromgraph/kernel/hearer';
import { makeLog } from '@stromgraph/kernel/log';
import { openQueues } from '@stromgraph/kernel/queue-backend';
import { startRelay } from '@stromgraph/kernel/relay';
import { startToyCluster } from '../tests/events/cluster.ts';
import { BACKENDS, startRedis } from '../tests/events/redis.ts';
import { HEARERS, hearersOf, OrderStepped, toyRuntime } from '../tests/events/toy-domains.ts';
import { waitFor } from '../tests/wait.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const BACKLOG = 4_000;
const WRITERS = 16;
const WRITE_MS = 2_000;
const PER_SECOND = 500;
const BULK = 1_000;
const CONCURRENCY = 50;

process.env.STROMGRAPH_LOG_LEVEL ??= 'error';
const cluster = await startToyCluster('durable');
const redis = BACKENDS.includes('redis') ? await startRedis() : null;
try {
  const [version] = (await cluster.ask<{ version: string }>(`SELECT current_setting('server_version') AS version`))!;
  console.log(`PostgreSQL ${version!.version}, fsync on; Redis AOF everysec; medians of ${RUNS} interleaved runs; relay and hearers in one process, writers in another`);
  console.log('| backend | question | reference | ours | ratio | goal |\n|---|---|---|---|---|---|');
  for (const backend of BACKENDS) await measure(backend, backend === 'redis' ? redis!.url : null);
} finally {
  await redis?.stop();
  await cluster.stop();
}

async function measure(backend: string, redisUrl: string | null): Promise<void> {
  const got = { plain: [] as number[], drain: [] as number[], alone: [] as number[], beside: [] as number[], behindMs: [] as number[], p50: [] as number[], p99: [] as number[] };
  for (let run = 0; run <= RUNS; run++) {
    const plain = await plainBullMq(redisUrl);
    const drain = await drainBacklog(redisUrl);
    const alone = await write(WRITE_MS, null);
    const { rate: beside, behindMs } = await besideWriters(redisUrl);
    const { p50, p99 } = await latency(redisUrl);
    if (run === 0) continue; // everything warm before anything counts
    for (const [name, value] of Object.entries({ plain, drain, alone, beside, behindMs, p50, p99 })) got[name as keyof typeof got].push(value);
  }
  const m = Object.fromEntries(Object.entries(got).map(([name, values]) => [name, median(values)])) as Record<keyof typeof got, number>;
  const each = (perSecond: number) => `${Math.round(perSecond).toLocaleString('en')}/s`;
  console.log(`| ${backend} | drain of ${BACKLOG} events × 3 hearers, deliveries against plain no-op jobs | ${each(m.plain)} | ${each(m.drain)} | ${(m.drain / m.plain).toFixed(1)} | ≥ 2 |`);
  console.log(`| ${backend} | 16 one-row writers alone, and beside relay and hearers | ${each(m.alone)} | ${each(m.beside)} | ${(m.beside / m.alone).toFixed(2)} | ≥ 0.6 |`);
  console.log(`| ${backend} | from the writers' last commit to the last effect | | ${m.behindMs.toFixed(0)} ms | | nothing falls behind |`);
  console.log(`| ${backend} | commit to commit of the effect at ${PER_SECOND}/s, p50 / p99 | | ${m.p50.toFixed(1)} / ${m.p99.toFixed(1)} ms | | p99 ≤ 250 ms |`);
}

/** Jobs per second: as many no-op jobs as there are deliveries, added in bulk while they are worked. */
async function plainBullMq(redisUrl: string | null): Promise<number> {
  const queues = openQueues({ url: cluster.staff('shop'), tenant: 'plain', redisUrl, application: 'plain', log: makeLog('bench') });
  let done = 0;
  const names = HEARERS.map((hearer) => `plain.${hearer}`);
  for (const name of names) await queues.queueOf(name).waitUntilReady();
  const workers = names.map((name) => queues.workerOf(name, async () => void (done += 1), { concurrency: CONCURRENCY, removeOnComplete: { count: 0 } }));
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  const startedAt = performance.now();
  for (let first = 0; first < BACKLOG; first += BULK)
    await Promise.all(names.map((name) => queues.addAll(name, Array.from({ length: BULK }, (_, nth) => ({ name: 'deliver', data: { nth }, opts: { jobId: `${startedAt}-${first + nth}`, removeOnComplete: true } })))));
  await waitFor('all jobs', async () => done >= BACKLOG * 3, 120_000);
  const tookMs = performance.now() - startedAt;
  await queues.close();
  return (BACKLOG * 3 * 1000) / tookMs;
}

/** Deliveries per second from full outboxes to the last effect. */
async function drainBacklog(redisUrl: string | null): Promise<number> {
  await empty();
  await cluster.ask(
    `SELECT shop.publish(jsonb_agg(jsonb_build_object('id', uuidv7(), 'aggregatetype', 'order', 'aggregateid', 'order-' || n % 200, 'type', $1::text, 'version', 1,
       'payload', jsonb_build_object('orderId', 'order-' || n % 200, 'step', n), 'tenant', 'demo', 'occurred_at', now(), 'correlation_id', 'bench'))) FROM generate_series(1, ${BACKLOG}) n`,
    [OrderStepped.name],
  );
  const startedAt = performance.now();
  const delivery = await startDelivery(redisUrl);
  await delivered(BACKLOG);
  const tookMs = performance.now() - startedAt;
  await delivery.stop();
  return (BACKLOG * 3 * 1000) / tookMs;
}

async function besideWriters(redisUrl: string | null): Promise<{ rate: number; behindMs: number }> {
  await empty();
  const delivery = await startDelivery(redisUrl);
  const rate = await write(WRITE_MS, null);
  const since = performance.now();
  const [written] = (await cluster.ask<{ count: string }>('SELECT count(*) FROM shop.outbox'))!;
  await delivered(Number(written!.count));
  await delivery.stop();
  return { rate, behindMs: performance.now() - since };
}

async function latency(redisUrl: string | null): Promise<{ p50: number; p99: number }> {
  await empty();
  const delivery = await startDelivery(redisUrl);
  await write(WRITE_MS, PER_SECOND);
  const [written] = (await cluster.ask<{ count: string }>('SELECT count(*) FROM shop.outbox'))!;
  await delivered(Number(written!.count));
  await delivery.stop();
  const all = HEARERS.map((hearer) => `SELECT extract(epoch FROM pg_xact_commit_timestamp(s.xmin) - f.committed_at) * 1000 AS ms FROM ${hearer}.seen s JOIN platform.feed f USING (event_id) WHERE f.aggregate_id NOT LIKE 'warm%'`);
  const [row] = (await cluster.ask<{ p50: number; p99: number }>(`SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99 FROM (${all.join(' UNION ALL ')}) a`))!;
  return row!;
}

/** Relay and three hearers that keep one row per event. */
async function startDelivery(redisUrl: string | null): Promise<{ stop: () => Promise<void> }> {
  const log = makeLog('bench', 'error');
  const runtimes = HEARERS.map((domain) => toyRuntime(domain, cluster.staff(domain), redisUrl));
  const handlers = (domain: string): Handler[] => [
    onAll(OrderStepped, async (tx, events) => {
      await tx.query(`INSERT INTO ${domain}.seen (order_id, step, kind, event_id) SELECT o, s, 'stepped', e FROM unnest($1::text[], $2::int[], $3::uuid[]) AS u (o, s, e)`, [
        events.map(({ data }) => data.orderId), events.map(({ data }) => data.step), events.map(({ id }) => id),
      ]);
    }),
  ];
  const parts = [...(await Promise.all(runtimes.map((runtime) => startHearer(runtime, handlers(runtime.domain))))), await startRelay({ url: cluster.relay, tenant: 'demo', hearersOf, redisUrl, log })];
  return {
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop()));
      await Promise.all(runtimes.map((runtime) => runtime.close()));
    },
  };
}

/** Committed rows per second of the writers' process. */
async function write(ms: number, perSecond: number | null): Promise<number> {
  const child = fork(join(import.meta.dirname, 'events/writer.child.ts'), [JSON.stringify({ url: cluster.staff('shop'), writers: WRITERS, ms, perSecond })], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const { written, tookMs } = await new Promise<{ written: number; tookMs: number }>((resolve) => child.once('message', (said) => resolve(said as never)));
  return (written * 1000) / tookMs;
}

async function delivered(events: number): Promise<void> {
  const counts = HEARERS.map((hearer) => `(SELECT count(*) FROM ${hearer}.inbox)`).join(', ');
  await waitFor('the last delivery', async () => Number((await cluster.ask<{ least: string }>(`SELECT least(${counts}) AS least`))![0]!.least) >= events, 120_000);
}

async function empty(): Promise<void> {
  await cluster.ask(`TRUNCATE shop.outbox, shop.aggregate_version, platform.feed, ${HEARERS.flatMap((hearer) => [`${hearer}.seen`, `${hearer}.inbox`]).join(', ')} RESTART IDENTITY`);
  await cluster.ask('UPDATE platform.relay_cursor SET outbox_position = 0');
  for (const hearer of HEARERS) await cluster.ask(`UPDATE ${hearer}.hearer_cursor SET position = 0`);
  await cluster.ask('CHECKPOINT');
}

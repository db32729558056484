import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ToyCluster, startToyCluster } from './cluster.ts';
import { play } from './killed/play.ts';
import { BACKENDS, type RedisServer, startRedis } from './redis.ts';

const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
const RUN = { seed, writers: 16, processes: 16, eventsEach: 1_250, redisUrl: null };

let cluster: ToyCluster;
let redis: RedisServer | null = null;
beforeAll(async () => {
  cluster = await startToyCluster('durable');
  if (BACKENDS.includes('redis')) redis = await startRedis();
});
afterAll(async () => {
  await cluster?.stop();
  await redis?.stop();
});

test.each(BACKENDS)('20,000 events by 16 writers under 33 kills leave the rows of a run without kills, queues on %s', async (backend) => {
  const run = { ...RUN, redisUrl: backend === 'redis' ? redis!.url : null };
  const quiet = await play(cluster, { ...run, kills: 0 });
  const killed = await play(cluster, { ...run, kills: 33 });
  const rows = Object.values(quiet.rows).reduce((sum, of) => sum + of.length, 0);
  console.log(JSON.stringify({ backend, seed, events: run.writers * run.eventsEach, rows, kills: killed.kills, quietMs: quiet.tookMs, killedMs: killed.tookMs }));
  expect(killed.rows).toEqual(quiet.rows);
  expect(killed).toMatchObject({ parked: 0, crashed: 0 });
  for (const target of ['relay', 'hearer', 'postgres']) expect(killed.kills[target]).toBeGreaterThanOrEqual(3);
});

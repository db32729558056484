import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ToyCluster, startToyCluster } from './cluster.ts';
import { expectedSteps } from './killed/plan.ts';
import { play } from './killed/play.ts';
import { BACKENDS, type RedisServer, startRedis } from './redis.ts';
import { HEARERS } from './toy-domains.ts';

// The whole of it, with more events, kills and seeds, is kill.long.test.ts.
const RUN = { seed: 20_261_121, writers: 16, processes: 2, eventsEach: 60, redisUrl: null };

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

test.each(BACKENDS)('nothing is lost, doubled or out of order when anything is killed, queues on %s', async (backend) => {
  const run = { ...RUN, redisUrl: backend === 'redis' ? redis!.url : null };
  const killed = await play(cluster, { ...run, kills: 6 });
  console.log(JSON.stringify({ backend, seed: run.seed, events: run.writers * run.eventsEach, kills: killed.kills, tookMs: killed.tookMs }));
  const expected = [...expectedSteps(run.seed, run.writers, run.eventsEach)].map(([order, steps]) => `${order}: ${Array.from({ length: steps }, (_, index) => index + 1).join(' ')} last ${steps} x ${steps}`).sort();
  for (const hearer of HEARERS) expect([...killed.rows[hearer]!].sort()).toEqual(expected);
  expect(killed).toMatchObject({ parked: 0, crashed: 0 });
}, 180_000);

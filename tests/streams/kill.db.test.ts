import { afterAll, beforeAll, expect, test } from 'vitest';
import { startToyCluster, type ToyCluster } from '../events/cluster.ts';
import { play } from './play.ts';

const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
let cluster: ToyCluster;
beforeAll(async () => void (cluster = await startToyCluster('durable')));
afterAll(() => cluster?.stop());

test('a kill -9 of gateway, subgraph and PostgreSQL: no client over either transport loses, doubles or misorders an event', async () => {
  const played = await play(cluster, { seed, events: 300, kills: 3, clients: 6 });
  expect(played).toMatchObject({ faults: [], behind: [], resets: 0 });
  expect(played.returns).toBeGreaterThanOrEqual(6);
}, 300_000);

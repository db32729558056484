import { afterAll, beforeAll, expect, test } from 'vitest';
import { startToyCluster, type ToyCluster } from '../events/cluster.ts';
import { play } from './play.ts';

const seed = Number(process.env.STROMGRAPH_SEED ?? 20_261_121);
let cluster: ToyCluster;
beforeAll(async () => void (cluster = await startToyCluster('durable')));
afterAll(() => cluster?.stop());

test('5,000 events, 20 clients that come and go, four kills each of gateway, subgraph and PostgreSQL: 0 lost, 0 doubled, order kept', async () => {
  const played = await play(cluster, { seed, events: 5_000, kills: 12, clients: 20 });
  console.log(JSON.stringify({ seed, ...played }));
  expect(played).toMatchObject({ faults: [], behind: [], resets: 0 });
  expect(played.written).toBeGreaterThanOrEqual(5_000);
  expect(played.returns).toBeGreaterThanOrEqual(4 * 20);
});

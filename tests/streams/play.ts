// Orders take steps while gateway, subgraph and PostgreSQL are killed in turn and clients come and go.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ToyCluster } from '../events/cluster.ts';
import { killPostgres, over } from '../events/killed/play.ts';
import { seeded } from '../events/killed/plan.ts';
import { stepOrders, toyRuntime } from '../events/toy-domains.ts';
import { waitFor } from '../wait.ts';
import { startFollower, type Transport } from './follower.ts';
import { stepsOf } from './graph.ts';

export type Run = Readonly<{ seed: number; events: number; kills: number; clients: number }>;
export type Played = Readonly<{ written: number; faults: string[]; behind: string[]; told: number; returns: number; resets: number }>;

const ORDERS = Array.from({ length: 5 }, (_, nth) => `order-${nth}`);
const TRANSPORTS: readonly Transport[] = ['graphql-transport-ws', 'server-sent events'];
const ARRIVAL_MS = 240_000;

export async function play(cluster: ToyCluster, { seed, events, kills, clients }: Run): Promise<Played> {
  const random = seeded(seed);
  const relay = fork(join(import.meta.dirname, '..', 'events', 'killed', 'relay.child.ts'), [JSON.stringify({ url: cluster.relay, redisUrl: null })], QUIET);
  const subgraph = await keepAlive('subgraph.child.ts', { url: cluster.staff('shop') });
  const gateway = await keepAlive('gateway.child.ts', { subgraphPort: subgraph.port });
  const shop = toyRuntime('shop', cluster.staff('shop'));
  const { db } = shop.tenants.get('demo')!;
  await untilDone(() => stepOrders(db, ORDERS)); // so that there is a state to begin with
  const url = `http://127.0.0.1:${gateway.port}/graphql`;
  const followers = Array.from({ length: clients }, (_, nth) => startFollower(url, TRANSPORTS[nth % TRANSPORTS.length]!, { leavesAfter: 50 + Math.floor(random() * events) }));
  await waitFor('everybody’s first event', async () => followers.every(({ count }) => count.told > 0), ARRIVAL_MS);

  let written = ORDERS.length;
  const write = async (until: number) => {
    for (; written < until; written += ORDERS.length) await untilDone(() => stepOrders(db, ORDERS));
  };
  for (let kill = 0; kill < kills; kill++) {
    await write(Math.floor((events * (kill + random())) / kills));
    const victim = [gateway, subgraph, null][kill % 3]!;
    if (victim === null) await killPostgres(cluster);
    else await Promise.all([victim.kill(), write(Math.min(events, written + 20))]); // the others go on meanwhile
  }
  await write(events);

  const final = await stepsOf(db);
  const behind = () => followers.flatMap(({ steps }, nth) => [...final].filter(([order, step]) => steps.get(order) !== step).map(([order, step]) => `client ${nth}: ${order} at ${steps.get(order)} of ${step}`));
  await waitFor('everybody’s last event', async () => behind().length === 0 || followers.some(({ faults }) => faults.length > 0), ARRIVAL_MS).catch(() => {}); // the test says who is behind
  await Promise.all(followers.map((follower) => follower.stop()));
  await shop.close();
  await Promise.all([gateway.stop(), subgraph.stop(), (relay.kill('SIGKILL'), over(relay))]);
  const sum = (of: 'told' | 'returns' | 'resets') => followers.reduce((total, { count }) => total + count[of], 0);
  return { written: [...final.values()].reduce((total, step) => total + step, 0), faults: followers.flatMap(({ faults }) => faults), behind: behind(), told: sum('told'), returns: sum('returns'), resets: sum('resets') };
}

const QUIET = { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] as ['ignore', 'ignore', 'inherit', 'ipc'] };

type Kept = Readonly<{ port: number; kill: () => Promise<void>; stop: () => Promise<void> }>;

/** A process on one port; killed, it comes up again there. */
async function keepAlive(file: string, argument: object): Promise<Kept> {
  const begin = async (port: number): Promise<{ child: ChildProcess; port: number }> => {
    const child = fork(join(import.meta.dirname, file), [JSON.stringify({ ...argument, port })], QUIET);
    const said = await new Promise<{ port: number }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { port: number }));
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    });
    return { child, port: said.port };
  };
  let { child, port } = await begin(0);
  const stop = async () => {
    child.kill('SIGKILL');
    await over(child);
  };
  return {
    port,
    stop,
    kill: async () => {
      await stop();
      ({ child, port } = await begin(port));
    },
  };
}

/** Whether a commit that was cut off took place is not asked: a step more is a step more. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      return void (await work());
    } catch {
      await pause(50);
    }
}

// A subgraph that is told to stop while the gateway asks it: what runs there is answered, what comes later is told so, its successor is asked again.
import { makeLog } from '@stromgraph/kernel/log';
import type { Runtime } from '@stromgraph/kernel/runtime';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planHere } from './planning/planner.ts';
import { startGateway, type Gateway } from './server.ts';
import { composeToys } from './toys/compose.ts';
import { ask } from './toys/graph.ts';
import { SECRET } from './toys/toy.ts';

const SDL = 'type Query { slow: Int @scope(needs: []) quick: Int @scope(needs: []) } type Mutation { write: Int @scope(needs: []) }';
const PATIENT = { timeout: 15_000 };
const runtime: Runtime = {
  domain: 'vault',
  tenants: new Map(),
  keyring: null as never, // nothing here is sealed
  gatewaySecret: SECRET,
  redisUrl: null,
  env: {},
  log: makeLog('vault', 'silent'),
  atClose: () => {},
  close: async () => {},
};
const waiting: (() => void)[] = [];
let written = 0;
const held = (value: () => number) => new Promise<number>((resolve) => waiting.push(() => resolve(value())));
const serve = (port = 0) =>
  startSubgraph(runtime, { sdl: SDL, resolvers: { Query: { slow: () => held(() => 1), quick: () => 2 }, Mutation: { write: () => held(() => ++written) } }, loaders: () => ({}), port });

let subgraph: Subgraph;
let gateway: Gateway;
beforeAll(async () => {
  subgraph = await serve();
  gateway = await startGateway({
    supergraphSdl: composeToys([{ name: 'vault', sdl: SDL, url: subgraph.url }]),
    subgraphs: {},
    secret: SECRET,
    tokens: null,
    log: makeLog('gateway', 'silent'),
    startPlanner: planHere,
    limits: { requestMs: 60_000 },
    subgraphLimits: { timeoutMs: 60_000 },
  });
});
afterAll(async () => {
  await gateway.stop();
  await subgraph.stop();
});

test('a subgraph that drains loses nothing that runs', async () => {
  const queries = Array.from({ length: 10 }, () => ask(gateway, '{ slow }'));
  const mutation = ask(gateway, 'mutation { write }');
  await expect.poll(() => waiting.length, PATIENT).toBe(11);
  const stopped = subgraph.stop();
  await expect.poll(async () => (await ask(gateway, '{ quick }')).errors?.[0]?.extensions.code, PATIENT).toBe('SUBGRAPH_UNAVAILABLE');
  for (const letGo of waiting) letGo();
  expect(await Promise.all(queries)).toEqual(Array(10).fill({ data: { slow: 1 } }));
  expect(await mutation).toEqual({ data: { write: 1 } });
  await stopped;
  subgraph = await serve(subgraph.port);
  await expect.poll(async () => (await ask(gateway, '{ quick }')).data, PATIENT).toEqual({ quick: 2 });
  expect([written, waiting.length]).toEqual([1, 11]); // nothing was asked twice
}, 60_000);

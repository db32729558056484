// A client that leaves while its operation is planned: nothing is begun for it.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planHere } from './planning/planner.ts';
import { startToyGraph, type ToyGraph } from './toys/graph.ts';
import { makePond, stones } from './toys/pond.ts';

const pond = makePond();
let planned = () => {};
let goOn = Promise.resolve();
let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph([pond.definition, stones], {
    async startPlanner(supergraphSdl) {
      const { facts, planner } = await planHere(supergraphSdl);
      const plan: typeof planner.plan = async (...question) => {
        planned();
        await goOn;
        return planner.plan(...question);
      };
      return { facts, planner: { ...planner, plan } };
    },
  });
});
afterAll(() => graph.stop());

async function read(gauge: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return Number(new RegExp(`^gateway_${gauge} (\\d+)`, 'm').exec(text)?.[1]);
}

test.each([
  ['a subscription', 'text/event-stream', 'subscription { ripple { seq } }'],
  ['a query', 'application/json', '{ stone { grams } }'],
])('%s', async (_, accept, query) => {
  let letGo = () => {};
  goOn = new Promise((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (planned = resolve));
  const sent = request(graph.gateway.url, { method: 'POST', agent: false, headers: { accept, 'content-type': 'application/json' } });
  sent.on('error', () => {}).end(JSON.stringify({ query }));
  await begun;
  sent.destroy();
  await expect.poll(() => read('requests_running')).toBe(1); // the gateway has seen it leave
  letGo();
  await goOn;
  expect((await fetch(graph.gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ pond }"}' })).status).toBe(200);
  expect(await Promise.all(['event_streams', 'subscribers', 'upstream_subscriptions'].map(read))).toEqual([0, 0, 0]);
  expect([pond.listeners(), graph.toys.stones!.requests.length]).toEqual([0, 0]);
});

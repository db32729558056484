// Each number moves when its thing happens, and only then.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { join } from 'node:path';
import { readManifests } from './documents/manifest.ts';
import { operationNamesOf } from './operation-names.ts';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { makePond, stones } from './toys/pond.ts';
import { openRaw } from './toys/raw-socket.ts';

const KNOWN = 'query Known { stone { grams } }';
const WATCH = 'subscription Watch { ripple { seq } }';
const pond = makePond();
let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph([pond.definition, stones], {
    documents: { only: false, texts: new Map([KNOWN, WATCH].map((text) => [text, text])) },
    limits: { depth: 5 },
    subgraphLimits: { timeoutMs: 777, breaker: { calls: 4, failures: 2, probeEveryMs: 60_000 } },
  });
  // Trusted documents are made ready after the start; what that moves is not to be counted below.
  await vi.waitFor(async () => expect((await read()).get('gateway_plan_seconds_count{outcome="ok"}')).toBe(2), { timeout: 30_000 });
}, 60_000);
afterAll(() => graph.stop());

/** All series, by name with labels as they are printed. */
async function read(): Promise<Map<string, number>> {
  const text = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

/** What changed by more than nothing while `work` ran, among the gateway's own series. */
async function moved(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await read();
  await work();
  const after = await read();
  const own = [...after].filter(([name]) => name.startsWith('gateway_') && !/_bucket|_sum|cached_operation_bytes/.test(name));
  return Object.fromEntries(own.map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const).filter(([, by]) => by !== 0));
}

describe('what a request moves', () => {
  test('a known operation, its plan and its fetch', async () => {
    const fresh = 'query Known { stone { id grams } }'; // its name is known, its text is not among those made ready at the start
    const first = await moved(() => ask(graph.gateway, fresh));
    expect(first).toMatchObject({
      'gateway_request_seconds_count{operation="Known",outcome="ok"}': 1,
      'gateway_fetch_seconds_count{subgraph="stones",outcome="ok"}': 1,
      'gateway_operation_cache_lookups{result="misses"}': 1,
      'gateway_plan_seconds_count{outcome="ok"}': 1,
      gateway_cached_operations: 1,
    });
    const again = await moved(() => ask(graph.gateway, fresh));
    expect(again).toMatchObject({ 'gateway_operation_cache_lookups{result="hits"}': 1 });
    for (const name of Object.keys(again)) expect(name).not.toMatch(/gateway_(cached_operations|plan_seconds)/);
  });

  test('names that nobody knows count as one, however many there are', async () => {
    const by = await moved(() => Promise.all(Array.from({ length: 30 }, (_, n) => ask(graph.gateway, `query Made${n} { __typename }`))));
    expect(by['gateway_request_seconds_count{operation="other",outcome="ok"}']).toBe(30);
    expect((await moved(() => ask(graph.gateway, '{ __typename }')))['gateway_request_seconds_count{operation="anonymous",outcome="ok"}']).toBe(1);
    expect([...(await read()).keys()].filter((name) => name.includes('Made'))).toEqual([]);
  });

  test('a refusal, with the limit that refused', async () => {
    const query = '{ stone { a { b { c { d { e } } } } } }';
    expect(await moved(() => ask(graph.gateway, query))).toMatchObject({ 'gateway_refusals_total{code="LIMIT_EXCEEDED",limit="depth"}': 1 });
    expect(await moved(() => ask(graph.gateway, '{ nothing }'))).toMatchObject({ 'gateway_refusals_total{code="BAD_USER_INPUT",limit=""}': 1 });
  });

  test('what runs is seen while it runs', async () => {
    let answer = () => {};
    const reached = new Promise<void>((resolve) =>
      graph.toys.stones!.misbehave((text, response) => {
        answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
        resolve();
      }),
    );
    const idle = (await read()).get('gateway_requests_running')!;
    const running = ask(graph.gateway, KNOWN);
    await reached;
    expect((await read()).get('gateway_requests_running')).toBe(idle + 1);
    answer();
    await running;
    await expect.poll(async () => (await read()).get('gateway_requests_running')).toBe(idle);
    graph.toys.stones!.misbehave(null);
  });
});

test('subscribers, sockets, events and closes', async () => {
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init' });
  await raw.next();
  expect((await read()).get('gateway_sockets')).toBe(1);
  const events = await moved(async () => {
    raw.send({ id: 'a', type: 'subscribe', payload: { query: WATCH } });
    await expect.poll(pond.listeners).toBe(1);
    pond.publish(3);
    for (let n = 0; n < 3; n++) await raw.next();
  });
  expect(events).toMatchObject({ 'gateway_events_total{operation="Watch"}': 3, gateway_subscribers: 1, gateway_upstream_subscriptions: 1 });
  const closes = await moved(async () => {
    raw.send({ type: 'no such thing' });
    await raw.closed();
    await expect.poll(async () => (await read()).get('gateway_sockets')).toBe(0);
  });
  expect(closes).toMatchObject({ 'gateway_socket_closes_total{code="4400"}': 1, gateway_subscribers: -1, gateway_upstream_subscriptions: -1, gateway_sockets: -1 });
});

test('the limits in force, as they were set', async () => {
  const series = await read();
  expect(['depth', 'live.socketsPerUser', 'subgraph.timeoutMs', 'subgraph.breaker.failures'].map((name) => series.get(`gateway_limit{limit="${name}"}`))).toEqual([5, 5, 777, 2]);
});

test('the delay of the event loop', async () => expect((await read()).get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0));

test('a failing subgraph and its breaker', async () => {
  expect((await read()).get('gateway_breaker_open{subgraph="stones"}')).toBe(0);
  graph.toys.stones!.misbehave((_, response) => response.writeHead(500).end());
  const by = await moved(async () => {
    for (let n = 0; n < 20 && (await read()).get('gateway_breaker_open{subgraph="stones"}') === 0; n++) await ask(graph.gateway, KNOWN);
    await ask(graph.gateway, KNOWN);
  });
  expect(by['gateway_breaker_open{subgraph="stones"}']).toBe(1);
  expect(by['gateway_fetch_seconds_count{subgraph="stones",outcome="unavailable"}']).toBeGreaterThan(0);
  expect(by['gateway_fetch_seconds_count{subgraph="stones",outcome="broken"}']).toBe(1);
  expect(by['gateway_request_seconds_count{operation="Known",outcome="errors"}']).toBeGreaterThan(1);
  expect((await read()).get('gateway_breaker_open{subgraph="pond"}')).toBe(0);
});

test('the names that are told apart are those of the trusted documents', () => {
  const names = operationNamesOf(readManifests([join(import.meta.dirname, '..', 'schema', 'documents.json')]).values());
  expect(names).toEqual(expect.arrayContaining(['Customer360', 'OpenPositions']));
  expect(operationNamesOf(['{ __typename }', 'no GraphQL'])).toEqual([]);
});

import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../limits/limits.ts';
import { composeToys } from '../toys/compose.ts';
import { ask, startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { lostInMaze, maze } from '../toys/maze.ts';
import { shop } from '../toys/shop.ts';
import { planBeside, type PlanLimits, type PlanOutcome } from './plan-beside.ts';
import { planHere, type Planner } from './planner.ts';

/** Threads are started and killed here, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const MAZE = composeToys(maze);

let planner: Planner;
let outcomes: PlanOutcome[] = [];
let restarts = 0;
afterEach(() => planner?.stop());

async function start(supergraph: string, limits: Partial<PlanLimits> = {}): Promise<Planner> {
  outcomes = [];
  restarts = 0;
  const watch = { planned: (outcome: PlanOutcome) => void outcomes.push(outcome), restarted: () => void restarts++ };
  ({ planner } = await planBeside({ ...LIMITS, ...limits }, watch)(supergraph));
  return planner;
}

const refusalOf = (planned: Promise<unknown>) => planned.then(
  () => 'no refusal',
  ({ refusal }) => refusal as unknown,
);

test('what comes back from the thread is what the planner says here', async () => {
  const sdl = composeToys(shop);
  const there = await start(sdl);
  const { planner: here, facts } = await planHere(sdl);
  for (const query of ['{ product(id: "p1") { name maker { name } reviews { text } } }', 'query A { products { id } } query B { products { name } }']) {
    const name = query.startsWith('query') ? 'B' : undefined;
    expect(await there.plan(query, name)).toEqual(await here.plan(query, name));
  }
  const introspection = ['query ($name: String!) { __type(name: $name) { name fields { name } } }', { name: 'Product' }] as const;
  expect(await there.introspect(...introspection)).toBe(await here.introspect(...introspection));
  expect(facts.subgraphs.map(([name]) => name)).toContain('makers');
});

test('a text that is no supergraph is refused with the reason', async () => {
  await expect(planBeside(LIMITS)('type Query { a: Int }')).rejects.toThrow(/supergraph/i);
});

test('equal questions at one time are one question', async () => {
  const { plan } = await start(MAZE);
  const all = await Promise.all(Array.from({ length: 50 }, () => plan(lostInMaze(1), undefined)));
  expect([new Set(all.map(({ characters }) => characters)).size, outcomes]).toEqual([1, ['ok']]);
});

test('past the queue there is a clear refusal, and those in it are answered', async () => {
  const { plan } = await start(MAZE, { planQueue: 3 });
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => plan(lostInMaze(0, `Q${n}`), undefined).then(() => 'planned', ({ refusal }) => refusal)));
  expect(all.filter((one) => one === 'planned')).toHaveLength(4);
  expect(all[9]).toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 1 });
});

test('one principal has a share of those who wait: beyond it is refused and told when to come again, others are planned', async () => {
  const { plan } = await start(MAZE, { planQueue: 100, planQueueShare: 3 });
  const settled = (n: number, principal?: string) => plan(lostInMaze(0, `${principal}${n}`), undefined, principal).then(() => 'planned', ({ refusal }) => refusal as unknown);
  const flood = Array.from({ length: 40 }, (_, n) => settled(n, 'flooder'));
  const others = [...Array.from({ length: 3 }, (_, n) => settled(n, 'other')), settled(0)];
  const refused = (await Promise.all(flood)).filter((one) => one !== 'planned');
  expect(await Promise.all(others)).toEqual(Array(4).fill('planned'));
  expect(refused).toHaveLength(37);
  expect(new Set(refused.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ code: 'LIMIT_EXCEEDED', message: 'The limit on planQueueShare is 3 for one client; try again in 1 s.', limit: { limit: 'planQueueShare', value: 4, maximum: 3 }, retryAfterSeconds: 1 })]),
  );
  expect(await Promise.all([settled(4, 'flooder'), settled(5, 'flooder'), settled(6, 'flooder')])).toEqual(Array(3).fill('planned')); // given back
  expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(37);
});

test('S12: a plan that takes too long is refused, remembered, and costs one thread', async () => {
  const { plan } = await start(MAZE, { planMs: 100 });
  await plan(lostInMaze(0), undefined);
  const late = refusalOf(plan(lostInMaze(6), undefined));
  const behind = plan('{ node(id: "2") { f1 } }', undefined);
  expect(await late).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: { limit: 'planMs', value: expect.any(Number), maximum: 100 } });
  expect(await behind).toMatchObject({ node: { kind: 'Fetch' } });
  expect(await refusalOf(plan(lostInMaze(6), undefined))).toMatchObject({ limit: { limit: 'planMs' } });
  expect([outcomes, restarts]).toEqual([['ok', 'refused', 'ok'], 1]);
});

describe('S12 G1: through the gateway', () => {
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph(maze, { limits: { planMs: 100, planQueue: 1 } });
  });
  afterAll(() => graph.stop());

  test('what was planned before is served while the planner is lost, killed and started anew', async () => {
    const known = '{ node(id: "1") { f0 own3 } }';
    const answer = { data: { node: { f0: 'here', own3: 'way 3' } } };
    expect(await ask(graph.gateway, known)).toEqual(answer);
    let over = false;
    const lost = ask(graph.gateway, lostInMaze(6)).finally(() => (over = true));
    let served = 0;
    while (!over) {
      expect(await ask(graph.gateway, known)).toEqual(answer);
      if (!over) served++;
    }
    expect((await lost).errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'planMs', maximum: 100 });
    expect(served).toBeGreaterThan(0);
    expect(await ask(graph.gateway, '{ node(id: "1") { f0 } }')).toEqual({ data: { node: { f0: 'here' } } });
  });

  test('more new operations at once than may wait are told to come again', async () => {
    const send = (n: number) => fetch(graph.gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: lostInMaze(2, `Q${n}`) }) });
    const responses = await Promise.all(Array.from({ length: 8 }, (_, n) => send(n)));
    const refused = responses.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(await refused[0]?.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 } }] });
    expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  });
});

test('a flood of one-off documents from one address: 429 with Retry-After, another address is planned, the limit stands in the metrics', async () => {
  const graph = await startToyGraph(maze, { limits: { planQueueShare: 2 } });
  const send = async (query: string, localAddress: string) => {
    const sent = request(graph.gateway.url, { method: 'POST', localAddress, agent: false, headers: { 'content-type': 'application/json' } }).end(JSON.stringify({ query }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, retryAfter: response.headers['retry-after'], result: JSON.parse(await text(response)) as unknown };
  };
  const flood = Array.from({ length: 8 }, (_, n) => send(lostInMaze(2, `Q${n}`), '127.0.0.2'));
  const introspection = Array.from({ length: 8 }, (_, n) => send(`{ a: __typename t: __type(name: "Node") { name a${n}: name } }`, '127.0.0.2'));
  const other = send('{ node(id: "1") { f0 } }', '127.0.0.3');
  const refused = (await Promise.all(flood)).filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused)
    expect(answer).toMatchObject({ status: 429, retryAfter: '1', result: { errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'planQueueShare', value: 3, maximum: 2, retryAfterSeconds: 1 } }] } });
  expect((await Promise.all(introspection)).map(({ result }) => JSON.stringify(result)).filter((result) => result.includes('planQueueShare')).length).toBeGreaterThan(0);
  expect(await other).toMatchObject({ status: 200, result: { data: { node: { f0: 'here' } } } });
  const metrics = await (await fetch(new URL('/metrics', graph.gateway.url))).text();
  expect(metrics).toContain('gateway_limit{limit="planQueueShare"} 2');
  expect(metrics).toContain(`gateway_refusals_total{code="LIMIT_EXCEEDED",limit="planQueueShare"} ${refused.length}`);
  await graph.stop();
});

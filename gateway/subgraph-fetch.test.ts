import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeSubgraphFetch, type FetchOutcome } from './subgraph-fetch.ts';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { shop } from './toys/shop.ts';
import { SECRET } from './toys/toy.ts';

let server: Server;
let answer: (response: ServerResponse, count: number) => void = () => {};
let count = 0;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response, ++count));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
});
beforeEach(() => void (count = 0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const outcomes: FetchOutcome['outcome'][] = [];
const fetchTo = (address: string, limits = {}) =>
  makeSubgraphFetch({
    name: 'toy',
    url: address,
    secret: SECRET,
    limits: { timeoutMs: 150, ...limits },
    onOutcome: ({ outcome }) => outcomes.push(outcome),
  });
const context = () => ({ actor: null, tenant: null, requestId: 'r1', deadlineAt: Date.now() + 5_000 });
const send = async (fetch: ReturnType<typeof fetchTo>, mutation = false, about: object = {}) =>
  fetch.send({ body: '{}', mutation, context: { ...context(), ...about } }).catch((error: { fetchCode: string }) => error.fetchCode);

describe('one request', () => {
  test.each<[string, (response: ServerResponse) => void, string]>([
    ['an answer', (response) => response.end('{"data":1}'), '{"data":1}'],
    ['a GraphQL refusal', (response) => response.writeHead(400).end('{"errors":[]}'), '{"errors":[]}'],
    ['a server error', (response) => response.writeHead(500).end('{"data":1}'), 'SUBGRAPH_UNAVAILABLE'],
    ['a signature refused', (response) => response.writeHead(401).end(), 'SUBGRAPH_UNAVAILABLE'],
    [
      'a redirect is not followed',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'SUBGRAPH_UNAVAILABLE',
    ],
    ['no answer', () => {}, 'SUBGRAPH_TIMEOUT'],
    ['headers and no body', (response) => response.writeHead(200).flushHeaders(), 'SUBGRAPH_TIMEOUT'],
    [
      'a drop now and then',
      (response) => {
        const timer = setInterval(() => response.write('x'), 40);
        response.on('close', () => clearInterval(timer));
      },
      'SUBGRAPH_TIMEOUT',
    ],
    [
      'cut off',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        response.socket?.destroy();
      },
      'SUBGRAPH_UNAVAILABLE',
    ],
    ['too large', (response) => response.end('x'.repeat(2_000)), 'SUBGRAPH_UNAVAILABLE'],
  ])('%s', async (_, how, expected) => {
    answer = how;
    const fetch = fetchTo(url, { responseBytes: 1_000 });
    expect(await send(fetch)).toBe(expected);
    await fetch.stop();
  });

  test('the own deadline of a request may be nearer', async () => {
    answer = () => {};
    const fetch = fetchTo(url, { timeoutMs: 5_000 });
    const startedAt = Date.now();
    expect(await send(fetch, false, { deadlineAt: Date.now() + 60 })).toBe('SUBGRAPH_TIMEOUT');
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await fetch.stop();
  });

  test('a connection that broke is tried once more for a query, never for a mutation', async () => {
    answer = (response, nth) => (nth === 1 ? response.socket?.destroy() : response.end('ok'));
    const fetch = fetchTo(url);
    expect(await send(fetch)).toBe('ok');
    count = 0;
    expect(await send(fetch, true)).toBe('SUBGRAPH_UNAVAILABLE');
    expect(count).toBe(1);
    await fetch.stop();
  });

  test('nobody listens', async () => {
    const fetch = fetchTo('http://127.0.0.1:9/graphql');
    expect(await send(fetch)).toBe('SUBGRAPH_UNAVAILABLE');
    await fetch.stop();
  });

  test('more requests than connections wait, and end in time', async () => {
    answer = () => {};
    const fetch = fetchTo(url, { connections: 2, breaker: { calls: 20, failures: 20, probeEveryMs: 1_000 } });
    expect(await Promise.all(Array.from({ length: 8 }, () => send(fetch)))).toEqual(Array(8).fill('SUBGRAPH_TIMEOUT'));
    answer = (response) => response.end('ok');
    expect(await send(fetch)).toBe('ok');
    await fetch.stop();
  });
});

test('a subgraph that keeps failing is left alone, but for a probe, until it answers', async () => {
  answer = (response) => response.writeHead(500).end();
  const fetch = fetchTo(url, { breaker: { calls: 20, failures: 10, probeEveryMs: 100 } });
  await Promise.all(Array.from({ length: 10 }, () => send(fetch)));
  expect([fetch.isOpen(), count]).toEqual([true, 10]);
  await Promise.all(Array.from({ length: 50 }, () => send(fetch)));
  expect(count).toBe(10);
  answer = (response) => response.end('ok');
  await expect.poll(() => send(fetch), { interval: 20, timeout: 2_000 }).toBe('ok');
  expect([fetch.isOpen(), count]).toEqual([false, 11]);
  expect(outcomes).toContain('broken');
  await fetch.stop();
});

describe('through the gateway', () => {
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph(shop, { subgraphLimits: { timeoutMs: 150 } });
  });
  afterAll(() => graph.stop());

  test('a black hole costs its own fields and no more than its time', async () => {
    graph.toys.makers!.misbehave(() => {});
    const startedAt = Date.now();
    const answered = await ask(graph.gateway, '{ product(id: "p1") { name inStock maker { boss { id } } } makers { id } }');
    graph.toys.makers!.misbehave(null);
    expect(answered).toMatchObject({ data: null, errors: [{ path: ['makers'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });

  test('a dead subgraph leaves the others’ fields whole', async () => {
    await graph.toys.stock!.stop();
    expect(await ask(graph.gateway, '{ product(id: "p1") { name reviews { text } maker { name } } }')).toEqual({
      data: { product: { name: 'Lamp', reviews: null, maker: { name: 'Maker m1' } } },
      errors: [
        {
          message: expect.any(String),
          path: ['product', 'reviews'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', requestId: expect.any(String) },
        },
      ],
    });
  });

  test('every request is signed for its id and deadline', async () => {
    await ask(graph.gateway, '{ product(id: "p1") { name } }');
    const envelope = graph.toys.catalog!.envelopes.at(-1)!;
    expect(envelope.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(envelope.deadlineAt - envelope.at).toBeLessThanOrEqual(150);
  });
});

test('a field that is known to be patient may take its time, another may not', async () => {
  const later = () => new Promise((resolve) => setTimeout(resolve, 300, 1));
  const slow = {
    name: 'slow',
    sdl: 'type Query { slow: Int @scope(needs: []) patient: Int @scope(needs: []) }',
    resolvers: { Query: { slow: later, patient: later } },
  };
  const graph = await startToyGraph([slow], {
    subgraphLimits: { timeoutMs: 150 },
    limits: { requestMs: 200, patientFieldsMs: { 'Query.patient': 5_000 } },
  });
  expect(await ask(graph.gateway, '{ patient }')).toEqual({ data: { patient: 1 } });
  expect(await ask(graph.gateway, '{ slow }')).toMatchObject({
    data: { slow: null },
    errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }],
  });
  await graph.stop();
});

describe('what subgraphs let slip', () => {
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph(shop);
  });
  afterAll(() => graph.stop());
  const secrets = [
    'postgres://app:hunter2@db/prod',
    'at Object.<anonymous> (/srv/app.js:1:1)',
    'duplicate key value violates unique constraint "user_iban"',
    'ECONNREFUSED 10.0.0.7:5432',
    '-----BEGIN PRIVATE KEY-----',
  ];

  test.each(secrets)('%s stays inside', async (secret) => {
    for (const code of [undefined, 'INTERNAL', 'INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR', secret]) {
      const error = {
        message: secret,
        path: ['product'],
        locations: [{ line: 1, column: 1 }],
        extensions: { ...(code && { code }), stacktrace: [secret], serviceName: secret, exception: { secret } },
      };
      for (const reply of [{ errors: [error] }, { data: { product: null }, errors: [error] }]) {
        graph.toys.catalog!.misbehave((_, response) => response.end(JSON.stringify(reply)));
        const text = JSON.stringify(await ask(graph.gateway, '{ product(id: "p1") { name } }'));
        expect(text).not.toContain(secret.slice(0, 12));
        expect(JSON.parse(text)).toMatchObject({
          data: { product: null },
          errors: [{ path: ['product'], extensions: { code: 'INTERNAL', requestId: expect.any(String) } }],
        });
      }
    }
    graph.toys.catalog!.misbehave(null);
  });

  test('a message under one of our codes passes', async () => {
    graph.toys.catalog!.misbehave((_, response) =>
      response.end(
        JSON.stringify({
          data: { product: null },
          errors: [{ message: 'Not yours.', path: ['product'], extensions: { code: 'FORBIDDEN', more: 'x' } }],
        }),
      ),
    );
    const { errors } = await ask(graph.gateway, '{ product(id: "p1") { name } }');
    graph.toys.catalog!.misbehave(null);
    expect(errors).toEqual([
      { message: 'Not yours.', path: ['product'], extensions: { code: 'FORBIDDEN', requestId: expect.any(String) } },
    ]);
  });
});

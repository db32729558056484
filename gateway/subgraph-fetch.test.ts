import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker } from './asker.ts';
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
    limits: { timeoutMs: 5_000, ...limits },
    onOutcome: ({ outcome }) => outcomes.push(outcome),
  });
const context = () => ({ actor: null, tenant: null, requestId: 'r1', deadlineAt: Date.now() + 5_000 });
const send = async (fetch: ReturnType<typeof fetchTo>, mutation = false, about: object = {}) =>
  fetch.send({ body: '{}', mutation, context: { ...context(), ...about } }).catch((error: { fetchCode: string }) => error.fetchCode);

describe('G8: one request', { timeout: 20_000 }, () => {
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
    const fetch = fetchTo(url, { responseBytes: 1_000, ...(expected === 'SUBGRAPH_TIMEOUT' && { timeoutMs: 150 }) });
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

  test('a subgraph whose connections keep breaking is asked a tenth more often, not twice as often', async () => {
    answer = (response) => response.socket?.destroy();
    const fetch = fetchTo(url, { breaker: { calls: 20, failures: 21, probeEveryMs: 1_000 } });
    for (let call = 0; call < 200; call++) await send(fetch);
    expect(count).toBeGreaterThan(200);
    expect(count).toBeLessThanOrEqual(200 * 1.1 + 10);
    await fetch.stop();
  });

  test('an answer that broke off in the middle is not asked for again', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.socket?.destroy());
    };
    const fetch = fetchTo(url);
    expect(await send(fetch)).toBe('SUBGRAPH_UNAVAILABLE');
    expect(count).toBe(1);
    await fetch.stop();
  });

  test('no more sockets than the limit, however many ask', async () => {
    const open = new Set<unknown>();
    const look = (socket: NodeJS.EventEmitter) => void open.add(socket);
    server.on('connection', look);
    answer = (response) => setTimeout(() => response.end('ok'), 5);
    const fetch = fetchTo(url, { connections: 4, timeoutMs: 5_000 });
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => send(fetch))))).toEqual(new Set(['ok']));
    expect(open.size).toBeLessThanOrEqual(4);
    server.off('connection', look);
    await fetch.stop();
  });

  test('nobody listens', async () => {
    const fetch = fetchTo('http://127.0.0.1:9/graphql');
    expect(await send(fetch)).toBe('SUBGRAPH_UNAVAILABLE');
    await fetch.stop();
  });

  test('more requests than connections wait, and end in time', async () => {
    answer = () => {};
    const fetch = fetchTo(url, { connections: 2, timeoutMs: 300, breaker: { calls: 20, failures: 20, probeEveryMs: 1_000 } });
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

test('a probe is finished although its asker leaves, so that nobody can use up all of them', async () => {
  answer = (response) => response.writeHead(500).end();
  const fetch = fetchTo(url, { breaker: { calls: 4, failures: 2, probeEveryMs: 1 } });
  await Promise.all([1, 2].map(() => send(fetch)));
  expect(fetch.isOpen()).toBe(true);
  const asker: Asker = { gone: false, ends: new Set() };
  answer = (response) => {
    asker.gone = true;
    for (const end of asker.ends) end();
    setTimeout(() => response.end('ok'), 20);
  };
  await expect.poll(() => send(fetch, false, { asker }), { interval: 20, timeout: 2_000 }).toBe('ok');
  expect(fetch.isOpen()).toBe(false);
  await fetch.stop();
});

describe('G8: what opens the breaker for all', () => {
  test.each<[string, (response: ServerResponse) => void, object, boolean]>([
    ['no answer in the time of a fetch', () => {}, { timeoutMs: 400 }, true],
    ['no answer in what was left of a request', () => {}, { leftMs: 60 }, false],
    ['its word that no time was left', (response) => response.writeHead(504).end(), { leftMs: 60 }, false],
    ['its word that its whole time was none', (response) => response.writeHead(504).end(), {}, true],
    ['a larger answer than may be read', (response) => response.end('x'.repeat(2_000)), {}, false],
    ['a signature refused', (response) => response.writeHead(401).end(), {}, false],
    ['a body refused', (response) => response.writeHead(413).end(), {}, false],
    ['a server error', (response) => response.writeHead(500).end(), {}, true],
    ['another type', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('x'), {}, true],
  ])('%s', async (_, how, { timeoutMs = 5_000, leftMs = 10_000 }: { timeoutMs?: number; leftMs?: number }, opens) => {
    answer = how;
    const fetch = fetchTo(url, { timeoutMs, responseBytes: 1_000, breaker: { calls: 4, failures: 2, probeEveryMs: 60_000 } });
    await Promise.all([1, 2, 3].map(() => send(fetch, false, { deadlineAt: Date.now() + leftMs })));
    expect(fetch.isOpen()).toBe(opens);
    await fetch.stop();
  });
});

describe('G8: what the breaker learns although nothing fails at the subgraph', () => {
  const RULE = { calls: 20, failures: 4, probeEveryMs: 60_000 };

  test('our own queue for its connections opens nothing', async () => {
    answer = (response) => void setTimeout(() => response.end('ok'), 250);
    const fetch = fetchTo(url, { connections: 2, timeoutMs: 400, breaker: RULE });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(fetch)));
    expect(answers.filter((text) => text === 'SUBGRAPH_TIMEOUT').length).toBeGreaterThan(10);
    expect(fetch.isOpen()).toBe(false);
    await fetch.stop();
  });

  test('what waited in vain takes no connection from who comes next', async () => {
    let sockets = 0;
    const count = () => void sockets++;
    server.on('connection', count);
    answer = (response) => void setTimeout(() => response.end('ok'), 200);
    const fetch = fetchTo(url, { connections: 1 });
    const first = send(fetch);
    expect(await Promise.all([1, 2, 3].map(() => send(fetch, false, { deadlineAt: Date.now() + 50 })))).toEqual(Array(3).fill('SUBGRAPH_TIMEOUT'));
    expect([await first, await send(fetch), sockets]).toEqual(['ok', 'ok', 1]);
    server.off('connection', count);
    await fetch.stop();
  });

  test('a host that takes no connection is found out', async () => {
    const silent = createTcpServer(() => {}); // a handshake for https that never goes on
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const fetch = fetchTo(`https://127.0.0.1:${(silent.address() as { port: number }).port}/graphql`, { timeoutMs: 200, breaker: RULE });
    expect(await Promise.all([1, 2, 3, 4].map(() => send(fetch)))).toEqual(Array(4).fill('SUBGRAPH_TIMEOUT'));
    expect(fetch.isOpen()).toBe(true);
    await fetch.stop();
    silent.close();
  });

  /** A client that leaves after so long. */
  const leaving = (ms: number): Asker => {
    const asker: Asker = { gone: false, ends: new Set() };
    setTimeout(() => {
      asker.gone = true;
      for (const end of asker.ends) end();
    }, ms);
    return asker;
  };
  const askAndLeave = (fetch: ReturnType<typeof fetchTo>, ms: number) => Promise.all(Array.from({ length: 12 }, () => send(fetch, false, { asker: leaving(ms) })));

  test('a subgraph that hangs is found out though every client leaves before our time is over', async () => {
    let open = 0;
    answer = (response) => {
      open++;
      response.once('close', () => open--);
    };
    const fetch = fetchTo(url, { timeoutMs: 2_000, breaker: RULE });
    const asked = askAndLeave(fetch, 600);
    await expect.poll(() => open).toBe(12);
    await expect.poll(() => open).toBe(RULE.failures); // the others end with their clients
    await asked;
    expect(fetch.isOpen()).toBe(true);
    await fetch.stop();
  });

  test.each<[string, number, (response: ServerResponse) => void]>([
    ['at once', 10, () => {}],
    ['while it answers others', 300, (response) => void (count % 3 === 0 && response.end('ok'))],
  ])('clients that leave %s open nothing', async (_, ms, how) => {
    answer = how;
    const fetch = fetchTo(url, { timeoutMs: 600, breaker: RULE });
    const others = setInterval(() => void send(fetch), 50);
    await askAndLeave(fetch, ms);
    clearInterval(others);
    expect(fetch.isOpen()).toBe(false);
    await fetch.stop();
  });
});

describe('through the gateway', () => {
  let graph: ToyGraph;
  beforeAll(async () => {
    graph = await startToyGraph(shop, { subgraphLimits: { timeoutMs: 2_000 } });
  });
  afterAll(() => graph.stop());

  test('a black hole costs its own fields and no more than its time', async () => {
    graph.toys.makers!.misbehave(() => {});
    const startedAt = Date.now();
    const answered = await ask(graph.gateway, '{ product(id: "p1") { name inStock maker { boss { id } } } makers { id } }');
    graph.toys.makers!.misbehave(null);
    expect(answered).toMatchObject({ data: null, errors: [{ path: ['makers'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
    expect(Date.now() - startedAt).toBeLessThan(6_000);
  });

  test.each([
    ['query ends at the subgraph too', '{ makers { id } }', true],
    ['mutation is finished all the same', 'mutation { rename(id: "m1", name: "x") { id } }', false],
  ])('when its client leaves, a %s', async (_, query, ends) => {
    const closed = Promise.withResolvers<boolean>();
    const begun = Promise.withResolvers<void>();
    const wait = (_request: unknown, response: ServerResponse) => {
      begun.resolve();
      response.once('close', () => closed.resolve(response.writableFinished));
      setTimeout(() => response.end('{"data":{}}'), 1_000);
    };
    graph.toys.makers!.misbehave(wait);
    const leaving = new AbortController();
    const answered = fetch(graph.gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }), signal: leaving.signal }).catch(() => 'left');
    await begun.promise;
    leaving.abort();
    expect(await answered).toBe('left');
    expect(await closed.promise).toBe(!ends);
    graph.toys.makers!.misbehave(null);
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
    expect(envelope.deadlineAt - envelope.at).toBeLessThanOrEqual(2_000);
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

describe('S14 G11: what subgraphs let slip', () => {
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
    ...[
      ['redis://:hunter2@10.0.0.8:6379', 'mongodb+srv://u:p@cluster0.example', 'amqps://guest:guest@mq/prod', 'smtp://mailer:letmein@mail'],
      ['AKIAIOSFODNN7EXAMPLE', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'xoxb-17653672481-19874698323', 'AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe'],
      ['Bearer eyJhbGciOiJFZERTQSJ9.e30.c2ln', 'Basic YWRtaW46aHVudGVyMg==', 'set-cookie: session=8f14e45f', 'x-stromgraph-signature: 5ebe2294'],
      ['PrismaClientKnownRequestError: P2002', 'relation "billing.invoice_line" does not exist', 'column "password_hash" of relation', 'permission denied for schema platform'],
      ['SELECT * FROM identity.user WHERE email', 'deadlock detected: Process 4711 waits', 'canceling statement due to statement timeout', 'could not serialize access due to read'],
      ['getaddrinfo ENOTFOUND db.internal.example', 'connect ETIMEDOUT 192.168.7.9:5432', 'self-signed certificate in certificate chain', 'unable to verify /etc/ssl/private/key.pem'],
      ["ENOENT: no such file, open '/run/secrets/db'", "EACCES: permission denied, open '/root/.env'", 'DATABASE_URL is not set: got postgres', 'Cannot find module @stromgraph/kernel'],
      ['DE89370400440532013000', 'ada.lovelace@customer.example', '+49 151 23456789', 'Unter den Linden 1, 10117 Berlin'],
      ['TypeError: Cannot read properties of undefined', 'UnhandledPromiseRejection at worker', 'heap out of memory: 4096 MB', 'argon2id$v=19$m=19456'],
    ].flat(),
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

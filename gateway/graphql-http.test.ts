import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from './toys/graph.ts';
import { shop } from './toys/shop.ts';

let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph(shop, { documents: { only: false, texts: new Map([['named', 'query Named { __typename }']]) } });
});
afterAll(() => graph.stop());

const OK = JSON.stringify({ query: '{ __typename }' });
const JSON_ONLY = { 'content-type': 'application/json' };

type Answer = { status: number; headers: Record<string, unknown>; body: string };

/** A request as written here: fetch would add or refuse headers of its own. */
function send(body: string | Buffer, headers: Record<string, string>, method = 'POST', path = '/graphql'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = rawRequest({ host: '127.0.0.1', port: graph.gateway.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('which requests are taken', () => {
  test.each<[string, Record<string, string>, number]>([
    ['application/json', JSON_ONLY, 200],
    ['with a charset', { 'content-type': 'application/json; charset=UTF-8' }, 200],
    ['with a quoted charset', { 'content-type': 'application/json; charset="utf-8"' }, 200],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['an upload', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['no type', {}, 415],
    ['a type that begins alike', { 'content-type': 'application/jsonp' }, 415],
    ['application/graphql', { 'content-type': 'application/graphql' }, 415],
    ['compressed', { ...JSON_ONLY, 'content-encoding': 'gzip' }, 415],
    ['the own site', { ...JSON_ONLY, origin: 'http://127.0.0.1:PORT', host: '127.0.0.1:PORT' }, 200],
    ['another site', { ...JSON_ONLY, origin: 'https://evil.test' }, 403],
    ['another port', { ...JSON_ONLY, origin: 'http://127.0.0.1:1' }, 403],
    ['a hidden site', { ...JSON_ONLY, origin: 'null' }, 403],
    ['across sites without an origin', { ...JSON_ONLY, 'sec-fetch-site': 'cross-site' }, 403],
    ['from the same site', { ...JSON_ONLY, 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s', async (_, headers, status) => {
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(graph.gateway.port))]),
    );
    expect((await send(OK, filled)).status).toBe(status);
  });

  test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
    const answer = await send('', {}, method, '/graphql?query={__typename}');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST']);
  });

  test.each<[string, number]>([
    ['text/html', 406],
    ['application/json;q=0', 406],
    ['image/*, text/plain', 406],
    ['text/html, */*;q=0.1', 200],
    ['application/*', 200],
  ])('who accepts %s gets %i', async (accept, status) => {
    expect((await send(OK, { ...JSON_ONLY, accept })).status).toBe(status);
  });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a list of operations', `[${OK}]`],
    ['a text', '"x"'],
    ['null', 'null'],
    ['no query', '{}'],
    ['a query of another kind', '{"query":7}'],
    ['an operation name of another kind', '{"query":"{__typename}","operationName":7}'],
    ['variables of another kind', '{"query":"{__typename}","variables":[1]}'],
    ['extensions of another kind', '{"query":"{__typename}","extensions":"x"}'],
    ['a document id of another kind', '{"documentId":7}'],
    ['a query and a document id', '{"query":"{__typename}","documentId":"sha256:0"}'],
  ])('%s is status 400', async (_, body) => {
    const answer = await send(body, JSON_ONLY);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('bytes that are not UTF-8 are refused', async () => {
    expect((await send(Buffer.from([0x7b, 0xff, 0x7d]), JSON_ONLY)).status).toBe(400);
  });

  test('what is null or unknown beside the query does not matter', async () => {
    expect(
      (await send('{"query":"{__typename}","variables":null,"operationName":null,"extensions":null,"other":1}', JSON_ONLY)).status,
    ).toBe(200);
  });

  test.each([true, false])('a body over the limit is refused unread (announced: %s)', async (announced) => {
    const body = Buffer.from(JSON.stringify({ query: '{ __typename }', other: 'x'.repeat(10_000_000) }));
    const headers: Record<string, string> = announced
      ? { ...JSON_ONLY, 'content-length': String(body.length) }
      : { ...JSON_ONLY, 'transfer-encoding': 'chunked' };
    const answer = await send(body, headers).catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof answer === 'string')
      expect(['EPIPE', 'ECONNRESET']).toContain(answer); // closed while it was still sending
    else expect(answer).toMatchObject({ status: 413, body: expect.stringContaining('LIMIT_EXCEEDED') });
  });
});

describe('by GET, where the graph is open', () => {
  const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    send('', headers, 'GET', `/graphql?${String(new URLSearchParams(parameters))}`);

  test('a query with variables and a name', async () => {
    const query = 'query A($id: ID!) { product(id: $id) { name } } query B { __typename }';
    expect(await get({ query, variables: '{"id":"p1"}', operationName: 'A', extensions: '{}', other: 'x' })).toMatchObject({
      status: 200,
      body: '{"data":{"product":{"name":"Lamp"}}}',
    });
  });

  test.each<[string, Record<string, string>, number]>([
    ['nothing', {}, 400],
    ['no query', { variables: '{}' }, 400],
    ['variables that are no JSON', { query: '{ __typename }', variables: '{' }, 400],
    ['variables that are no object', { query: '{ __typename }', variables: '[]' }, 400],
    ['extensions that are no JSON', { query: '{ __typename }', extensions: 'x' }, 400],
    ['a mutation', { query: 'mutation { add(name: "x") }' }, 405],
    ['a mutation among queries, by its name', { query: 'query A { __typename } mutation B { add(name: "x") }', operationName: 'B' }, 405],
    ['a subscription', { query: 'subscription { x }' }, 400],
    ['an address beyond what headers may have', { query: `{ ${'x'.repeat(20_000)} }` }, 431],
  ])('%s is refused', async (_, parameters, status) => {
    const before = graph.toys.catalog!.requests.length;
    expect((await get(parameters, { accept: 'application/graphql-response+json' })).status).toBe(status);
    expect(graph.toys.catalog!.requests.length).toBe(before);
  });

  test('not from another site', async () => {
    expect((await get({ query: '{ __typename }' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get({ query: '{ __typename }' }, { origin: 'https://evil.test' })).status).toBe(403);
  });
});

describe('how answers look', () => {
  const NEW = { ...JSON_ONLY, accept: 'application/graphql-response+json' };

  test.each<[string, Record<string, string>, string]>([
    ['no Accept', JSON_ONLY, 'application/json; charset=utf-8'],
    ['anything', { ...JSON_ONLY, accept: '*/*' }, 'application/json; charset=utf-8'],
    ['the new type', NEW, 'application/graphql-response+json; charset=utf-8'],
    [
      'both',
      { ...JSON_ONLY, accept: 'application/graphql-response+json, application/json;q=0.9' },
      'application/graphql-response+json; charset=utf-8',
    ],
  ])('the type for %s', async (_, headers, type) => {
    const answer = await send(OK, headers);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.body).toBe('{"data":{"__typename":"Query"}}');
  });

  test.each<[string, Record<string, unknown>]>([
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nothing }' }],
    ['an unknown operation', { query: '{ __typename }', operationName: 'x' }],
    ['a variable of another type', { query: 'query ($id: ID!) { product(id: $id) { id } }', variables: { id: [] } }],
    ['a limit', { query: `{ ${'a: __typename '.repeat(20)} }` }],
    ['a subscription over HTTP', { query: 'subscription { x }' }],
  ])('%s: 400 under the new type, 200 under the old, never data', async (_, body) => {
    const answers = await Promise.all([NEW, JSON_ONLY].map((headers) => send(JSON.stringify(body), headers)));
    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
    for (const answer of answers) {
      const { errors, ...rest } = JSON.parse(answer.body) as { errors: { extensions: { requestId: string } }[] };
      expect(rest).toEqual({});
      expect(errors[0]?.extensions.requestId).toBe(answer.headers['x-request-id']);
    }
  });

  test('suggestions tell nothing of the schema', async () => {
    const { body } = await send(JSON.stringify({ query: '{ produc(i: 1) { id } }' }), JSON_ONLY);
    expect(body).not.toMatch(/Did you mean|products?\b/);
  });

  test("a client's request id is not taken over", async () => {
    expect((await send(OK, { ...JSON_ONLY, 'x-request-id': 'forged' })).headers['x-request-id']).not.toBe('forged');
  });
});

describe('pages and health', () => {
  test('live, ready, metrics', async () => {
    expect(await send('', {}, 'GET', '/health/live')).toMatchObject({ status: 200, body: '{"live":true}' });
    expect(JSON.parse((await send('', {}, 'GET', '/health/ready')).body)).toMatchObject({
      ready: true,
      subgraphs: [
        { name: 'catalog', ready: true },
        { name: 'makers', ready: true },
        { name: 'stock', ready: true },
      ],
    });
    await send(JSON.stringify({ query: 'query Named { product(id: "p1") { name } }' }), JSON_ONLY);
    expect((await send('', {}, 'GET', '/metrics')).body).toMatch(/gateway_request_seconds_count\{operation="Named",outcome="ok"\} 1/);
  });

  test.each([
    [500, '', 'status 500'],
    [503, '{"ready":false,"reason":"database"}', 'database'],
    [503, '{"ready":false,"reason":"postgres://app:hunter2@db/prod"}', 'status 503'],
  ])('a subgraph that says %i %s is named; the others are served, so the gateway stays ready', async (status, text, reason) => {
    graph.toys.stock!.misbehave((_, response) => response.writeHead(status).end(text));
    const ask = async () => {
      const answer = await send('', {}, 'GET', '/health/ready');
      return [answer.status, JSON.parse(answer.body)] as unknown;
    };
    await expect.poll(ask, { timeout: 4_000 }).toMatchObject([
      200,
      { ready: true, subgraphs: [{ ready: true }, { ready: true }, { name: 'stock', ready: false, reason }] },
    ]); // asked once a second
    graph.toys.stock!.misbehave(null);
  });

  test('a gateway that reaches no subgraph is not ready', async () => {
    for (const toy of Object.values(graph.toys)) toy.misbehave((_, response) => response.writeHead(500).end());
    await expect.poll(async () => (await send('', {}, 'GET', '/health/ready')).status, { timeout: 4_000 }).toBe(503);
    for (const toy of Object.values(graph.toys)) toy.misbehave(null);
  });

  test('GraphiQL comes whole from here', async () => {
    const { body } = await send('', {}, 'GET', '/graphiql');
    expect(body).not.toMatch(/https?:\/\//);
    expect(body).toContain("location.origin.replace(/^http/, 'ws') + '/graphql'");
    const script = /"(\/graphiql\/static\/ruru\.js)"/.exec(body)?.[1] ?? '';
    expect(await send('', {}, 'GET', script)).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('javascript') },
    });
  });

  test.each(['/', '/nothing', '/graphiql/static/../../package.json', '/..%2f..%2fpackage.json'])('%s is nothing here', async (path) => {
    expect((await send('', {}, 'GET', path)).status).toBe(404);
  });
});

import { createServer, request as rawRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { makeLog } from '@stromgraph/kernel/log';
import { ENVELOPE_HEADER, makeVerifier, SIGNATURE_HEADER, STREAMED, type Envelope } from '@stromgraph/kernel/signature';
import { DIGEST_TRAILER, openStream } from '@stromgraph/kernel/signed-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeBudgets } from './limits/budgets.ts';
import { LIMITS } from './limits/limits.ts';
import { makeRest } from './rest.ts';
import { compileRoutes } from './routes.ts';
import { startGateway, type Gateway } from './server.ts';
import { composeToys } from './toys/compose.ts';
import { sendCrumbs } from './toys/crumbs.ts';
import { startIssuer, type Issuer } from './toys/issuer.ts';
import { SECRET } from './toys/toy.ts';

const ROUTES = [
  { domain: 'files', method: 'POST', path: '/files/import', limitBytes: 1_000, scope: ['files:write'] },
  { domain: 'files', method: 'POST', path: '/files/rows', limitBytes: 2_000_000, scope: ['files:write'] },
  { domain: 'files', method: 'GET', path: '/files/:id.pdf', scope: ['files:read'] },
  { domain: 'files', method: 'POST', path: '/files/stream', limitBytes: 5_000_000, scope: ['files:write'], streamed: true },
  { domain: 'files', method: 'POST', path: '/webhooks/:provider', limitBytes: 100, scope: 'own-auth' },
  { domain: 'files', method: 'POST', path: '/desk/session', scope: ['files:read'], cookie: 'desk' },
  { domain: 'files', method: 'GET', path: '/desk/*', scope: 'own-auth', cookie: 'desk' },
  { domain: 'gone', method: 'GET', path: '/gone', scope: [] },
];

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; bytes: number; pieces: number; envelope: Envelope | null };
let seen: Seen[] = [];
/** Lets go the answers that wait. */
let stalled: (() => void)[] = [];
/** Answers whose asker went away before they began. */
let unheard = 0;
/** Why a body did not come to its end. */
let givenUp: string[] = [];
/** Streamed bodies whose head has come. */
let begun = 0;
let owner: Server;
let issuer: Issuer;
let gateway: Gateway;

beforeAll(async () => {
  const verify = makeVerifier(SECRET);
  owner = createServer(async (request, response) => {
    response.once('close', () => response.writableFinished || unheard++);
    const chunks: Buffer[] = [];
    const streamed = request.url === '/files/stream';
    if (streamed) begun++;
    const signature = String(request.headers[SIGNATURE_HEADER]);
    const whole = streamed ? openStream(request, { secret: SECRET, signature }, () => request.trailers[DIGEST_TRAILER]) : request;
    try {
      for await (const chunk of whole) chunks.push(chunk as Buffer);
    } catch (error) {
      return void givenUp.push(String((error as { code?: unknown }).code));
    }
    const body = Buffer.concat(chunks);
    const signedBody = streamed ? STREAMED : body;
    const envelope = verify(
      { method: request.method!, path: request.url!, body: signedBody },
      { envelope: request.headers[ENVELOPE_HEADER] as string, signature: request.headers[SIGNATURE_HEADER] as string },
    );
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, bytes: body.length, pieces: chunks.length, envelope });
    if (request.url === '/files/stalled.pdf') await new Promise<void>((resolve) => stalled.push(resolve));
    response
      .writeHead(201, {
        'content-type': 'application/pdf',
        etag: '"1"',
        connection: 'close',
        'x-stromgraph-secret': 'x',
        'set-cookie': request.url === '/desk/alone' ? 'desk=2; HttpOnly; Path=/desk' : ['desk=1; HttpOnly; Path=/desk', 'other=2'],
      })
      .end('%PDF');
  });
  await new Promise<void>((resolve) => owner.listen(0, '127.0.0.1', resolve));
  issuer = await startIssuer();
  const supergraphSdl = composeToys([
    { name: 'files', sdl: 'type Query { files: Int @scope(needs: []) }' },
    { name: 'gone', sdl: 'type Query { gone: Int @scope(needs: []) }' },
  ]);
  const subgraphs = { files: `http://127.0.0.1:${(owner.address() as { port: number }).port}/graphql`, gone: 'http://127.0.0.1:9/graphql' };
  gateway = await startGateway({
    supergraphSdl,
    subgraphs,
    routes: ROUTES,
    secret: SECRET,
    tokens: issuer.rule,
    log: makeLog('gateway', 'silent'),
  });
});
beforeEach(() => {
  seen = [];
  givenUp = [];
  unheard = 0;
  begun = 0;
});
afterAll(async () => {
  await gateway.stop();
  await issuer.stop();
  owner.closeAllConnections();
  owner.close();
});

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };
async function call(
  method: string,
  path: string,
  options: { scope?: string | null; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const authorization =
    options.scope === undefined || options.scope === null ? {} : { authorization: `Bearer ${await issuer.sign({ scope: options.scope })}` };
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      { host: '127.0.0.1', port: gateway.port, method, path, headers: { ...authorization, ...options.headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

test('an owner gets the request signed, with the actor, and without what is ours', async () => {
  const answer = await call('GET', '/files/7.pdf?x=1', {
    scope: 'files:read',
    headers: { cookie: 'a=b', 'x-user-id': 'forged', 'x-forwarded-for': '1.2.3.4', 'if-none-match': '"0"' },
  });
  expect(answer).toMatchObject({
    status: 201,
    body: '%PDF',
    headers: {
      'content-type': 'application/pdf',
      etag: '"1"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    },
  });
  for (const name of ['set-cookie', 'x-stromgraph-secret']) expect(answer.headers).not.toHaveProperty(name);
  expect(seen[0]).toMatchObject({
    url: '/files/7.pdf?x=1',
    envelope: { tenant: 'demo', requestId: answer.headers['x-request-id'], actor: { id: 'u1', scopes: ['files:read'] } },
    headers: { 'if-none-match': '"0"' },
  });
  for (const name of ['cookie', 'authorization', 'x-user-id', 'x-forwarded-for']) expect(seen[0]!.headers).not.toHaveProperty(name);
});

describe('who may', () => {
  test.each<[string, string, string | null, number]>([
    ['GET', '/files/7.pdf', null, 401],
    ['GET', '/files/7.pdf', 'other', 403],
    ['GET', '/files/7.pdf', 'files:read', 201],
    ['HEAD', '/files/7.pdf', 'files:read', 201],
    ['PUT', '/files/7.pdf', 'files:read', 405],
    ['GET', '/files/import', 'files:write', 405],
    ['GET', '/files/a/b.pdf', 'files:read', 404],
    ['GET', '/gone', null, 503],
    ['POST', '/nothing', 'files:read', 404],
  ])('%s %s with %o is %i', async (method, path, scope, status) => {
    const answer = await call(method, path, { scope });
    expect(answer.status).toBe(status);
    expect(seen.length).toBe(status === 201 ? 1 : 0);
    if (status >= 400)
      expect([answer.headers['content-type'], JSON.parse(answer.body)]).toMatchObject([
        'application/problem+json',
        { status, code: expect.any(String), requestId: answer.headers['x-request-id'] },
      ]);
    if (status === 405) expect(answer.headers.allow).toMatch(/GET|POST/);
  });

  test('an owner that checks callers itself gets their credentials, and no actor from us', async () => {
    await call('POST', '/webhooks/mail', {
      headers: { authorization: 'Basic x', 'webhook-signature': 'v1,abc', 'content-type': 'application/json' },
      body: '{}',
    });
    expect(seen[0]).toMatchObject({
      headers: { authorization: 'Basic x', 'webhook-signature': 'v1,abc' },
      envelope: { actor: null },
      bytes: 2,
    });
  });

  test('another site may not', async () =>
    expect((await call('POST', '/webhooks/mail', { headers: { origin: 'https://evil.test' } })).status).toBe(403));
  test('a bad token is a bad token', async () =>
    expect((await call('GET', '/files/7.pdf', { headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401));
});

describe('bodies', () => {
  test.each<[string, number, Record<string, string>, number]>([
    ['/files/import', 1_000, {}, 201],
    ['/files/import', 1_001, {}, 413],
    ['/files/import', 1_001, { 'transfer-encoding': 'chunked' }, 413],
    ['/files/stream', 5_000_000, { 'transfer-encoding': 'chunked' }, 201],
    ['/files/stream', 5_000_001, {}, 413],
    ['/files/stream', 5_000_001, { 'transfer-encoding': 'chunked' }, 413],
  ])('%s with %i bytes and %o is %i', async (path, bytes, headers, status) => {
    const answer = await call('POST', path, { scope: 'files:write', headers, body: Buffer.alloc(bytes, 'x') }).catch(
      (error: NodeJS.ErrnoException) => String(error.code),
    );
    if (typeof answer === 'string') return expect([status, ['EPIPE', 'ECONNRESET'].includes(answer)]).toEqual([413, true]); // closed while it was still sending
    expect(answer.status).toBe(status);
    if (status === 201) expect(seen).toMatchObject([{ bytes, envelope: { actor: { id: 'u1' } } }]);
    else
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        limit: 'bodyBytes',
        maximum: bytes > 2_000 ? 5_000_000 : 1_000,
      });
  });
});

describe('bodies in crumbs', () => {
  const crumbs = async (path: string, count: number, bytes: number) =>
    sendCrumbs(gateway.port, path, { text: 'x'.repeat(count * bytes), bytes, headers: { authorization: `Bearer ${await issuer.sign({ scope: 'files:write' })}` } });
  test('of a byte each are refused before they are many, held or streamed', async () => {
    expect(await crumbs('/files/stream', 100_000, 1)).toBe(400);
    expect(await crumbs('/files/rows', 100_000, 1)).toBe(400);
    expect(seen).toEqual([]);
  });
  test('as large as a line are taken, and go to the owner in blocks', async () => {
    expect(await crumbs('/files/stream', 50_000, 20)).toBe(201);
    expect(seen[0]).toMatchObject({ bytes: 1_000_000 });
    expect(seen[0]!.pieces).toBeLessThan(2_000);
    expect(await crumbs('/files/rows', 50_000, 20)).toBe(201);
    expect(seen[1]).toMatchObject({ bytes: 1_000_000 });
  });
});

test('a sender that goes away in the middle leaves the owner with a broken body, at once', async () => {
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'files:write' })}`, 'transfer-encoding': 'chunked' };
  const request = rawRequest({ host: '127.0.0.1', port: gateway.port, method: 'POST', path: '/files/stream', headers });
  request.on('error', () => {});
  request.write('x'.repeat(100_000));
  await expect.poll(() => begun, { timeout: 20_000 }).toBe(1);
  request.destroy();
  await expect.poll(() => givenUp, { timeout: 10_000 }).toEqual(['ECONNRESET']);
  expect(seen).toEqual([]);
});

test('one sender of endless bodies leaves the way to an owner to others', async () => {
  const of = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub, scope: 'files:write' })}` });
  const [flooder, other] = [await of('flooder'), await of('other')];
  const stalled = Array.from({ length: LIMITS.concurrentUploads }, () => {
    const request = rawRequest({ host: '127.0.0.1', port: gateway.port, method: 'POST', path: '/files/stream', headers: flooder, agent: false });
    request.on('error', () => {});
    request.write('x');
    return request;
  });
  const send = (headers: Record<string, string>) => call('POST', '/files/stream', { headers, body: 'x' });
  await expect.poll(async () => (await send(flooder)).status).toBe(429);
  const refused = await send(flooder);
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body)]).toMatchObject([429, '1', { code: 'LIMIT_EXCEEDED', limit: 'concurrentUploads' }]);
  expect((await send(other)).status).toBe(201);
  for (const request of stalled) request.destroy();
  await expect.poll(async () => (await send(flooder)).status).toBe(201);
});

test('one client of slow calls leaves the way to an owner to others', async () => {
  const of = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub, scope: 'files:read' })}` });
  const [flooder, other] = [await of('caller'), await of('other')];
  const get = (headers: Record<string, string>, file = '7') => call('GET', `/files/${file}.pdf`, { headers });
  const slow = Array.from({ length: LIMITS.concurrentCalls }, () => get(flooder, 'stalled'));
  await expect.poll(() => stalled.length).toBe(LIMITS.concurrentCalls);
  const refused = await get(flooder);
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body)]).toMatchObject([429, '1', { code: 'LIMIT_EXCEEDED', limit: 'concurrentCalls' }]);
  expect((await get(other)).status).toBe(201);
  const metrics = (await call('GET', '/metrics')).body;
  expect(metrics).toContain(`gateway_limit{limit="concurrentCalls"} ${LIMITS.concurrentCalls}`);
  expect(metrics).toContain('gateway_refusals_total{code="LIMIT_EXCEEDED",limit="concurrentCalls"} 1');
  for (const release of stalled.splice(0)) release();
  expect(new Set((await Promise.all(slow)).map(({ status }) => status))).toEqual(new Set([201]));
  expect((await get(flooder)).status).toBe(201);
});

test('a read whose asker has gone ends at its owner too, and gives its place back', async () => {
  const headers = { authorization: `Bearer ${await issuer.sign({ sub: 'leaver', scope: 'files:read' })}` };
  const left = Array.from({ length: LIMITS.concurrentCalls }, () => {
    const request = rawRequest({ host: '127.0.0.1', port: gateway.port, path: '/files/stalled.pdf', headers, agent: false });
    request.on('error', () => {});
    request.end();
    return request;
  });
  await expect.poll(() => stalled.length).toBe(LIMITS.concurrentCalls);
  for (const request of left) request.destroy();
  await expect.poll(() => unheard).toBe(LIMITS.concurrentCalls);
  expect((await call('GET', '/files/7.pdf', { headers })).status).toBe(201);
  for (const release of stalled.splice(0)) release();
});

test('a cookie passes on its own route only, in both directions', async () => {
  const session = await call('POST', '/desk/session', { scope: 'files:read' });
  expect(session.headers['set-cookie']).toEqual(['desk=1; HttpOnly; Path=/desk']);
  await call('GET', '/desk/a/b?c', { headers: { cookie: 'other=2; desk=1; third=3' } });
  expect(seen[1]!.headers.cookie).toBe('desk=1');
  expect((await call('GET', '/desk/alone')).headers['set-cookie']).toEqual(['desk=2; HttpOnly; Path=/desk']);
});

test('a fault of our own is not put on the owner', async () => {
  const rest = makeRest({
    findRoute: compileRoutes(ROUTES),
    originOf: () => 'no address at all',
    identify: async () => ({ actor: null }),
    allowedOrigins: new Set(),
    secret: SECRET,
    budgets: makeBudgets(LIMITS),
    limits: LIMITS,
    metrics: { refused: () => {} },
    log: makeLog('gateway', 'silent'),
  });
  const server = createServer((request, response) => void rest.serve(request.url!, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as { port: number }).port}/gone`);
  expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'INTERNAL', requestId: answer.headers.get('x-request-id') }]);
  server.closeAllConnections();
  server.close();
  await rest.stop();
});

describe('U+0000 is refused where it can be seen', () => {
  const json = (body: string, path = '/files/import') =>
    call('POST', path, { scope: 'files:write', headers: { 'content-type': 'application/json' }, body });
  test('in JSON, with its place', async () => {
    const answer = await json('{"lines":[{"name":"a\\u0000b"}]}');
    expect([answer.status, answer.headers['content-type'], JSON.parse(answer.body)]).toMatchObject([
      400,
      'application/problem+json',
      { code: 'BAD_USER_INPUT', title: 'body.lines.0.name: the character U+0000 and halves of surrogate pairs are not allowed in text.' },
    ]);
    expect(seen).toEqual([]);
  });
  test('in an address', async () => expect((await call('GET', '/files/%00.pdf', { scope: 'files:read' })).status).toBe(400));
  test('its escape, itself escaped, is a text like any other', async () => expect((await json('{"name":"\\\\u0000"}')).status).toBe(201));
});

test('a route that is not one is a mistake at start', () => {
  expect(() => compileRoutes([{ domain: 'x', method: 'GET', path: 'no-slash', scope: [] }])).toThrow();
  expect(() => compileRoutes([{ domain: 'x', method: 'GET', path: '/a' }])).toThrow();
});

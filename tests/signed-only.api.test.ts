// A subgraph answers the gateway and nobody else, whatever is asked and by whatever door.
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ENVELOPE_HEADER, SIGNATURE_AGE_MS, SIGNATURE_HEADER, type SignedRequest, signRequest, STREAMED } from '@stromgraph/kernel/signature';
import { DIGEST_TRAILER } from '@stromgraph/kernel/signed-stream';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { sendSigned, streamSigned } from './ask.ts';
import { TEST_SECRET, type TestDatabase, testDatabase } from './database.ts';

let database: TestDatabase;
let subgraph: Subgraph;
/** Whatever of ours ran for a request. */
let calls: string[] = [];
const call = (name: string) => () => void calls.push(name);

beforeAll(async () => {
  database = await testDatabase();
  subgraph = await startSubgraph(await database.runtime('customers'), {
    sdl: `type Thing @key(fields: "id") @scope(needs: []) { id: ID! secret: String } type Query { thing: Thing @scope(needs: []) } type Subscription { things: Thing @scope(needs: []) }`,
    loaders: () => ({}),
    resolvers: {
      Query: { thing: call('query') },
      Thing: { __resolveReference: call('reference'), secret: call('field') },
      Subscription: {
        things: {
          subscribe: async function* () {
            calls.push('subscription');
            yield { things: null };
          },
        },
      },
    },
    routes: (app) => {
      app.post('/plain', async () => calls.push('plain'));
      app.post('/streamed', { config: { streamed: true } }, async ({ body }) => {
        const read = await text(body as NodeJS.ReadableStream);
        calls.push('streamed');
        return { read };
      });
    },
  });
});
beforeEach(() => void (calls = []));
afterAll(async () => {
  await subgraph.stop();
  await database.drop();
});

const at = (path: string) => new URL(path, subgraph.url).href;
const about = () => ({ actor: null, tenant: 'demo', requestId: randomUUID(), deadlineAt: Date.now() + 60_000 });
function sign(asked: SignedRequest, secret = TEST_SECRET): Record<string, string> {
  const { envelope, signature } = signRequest(secret, asked, about());
  return { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature };
}
/** As somebody with the secret would sign at another time. */
function signAt(msAgo: number, { method, path, body }: SignedRequest & { body: string }): Record<string, string> {
  const envelope = JSON.stringify({ ...about(), at: Date.now() - msAgo, nonce: randomUUID() });
  return { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: createHmac('sha256', TEST_SECRET).update(`whole ${method}\n${path}\n${envelope}\n${body}`).digest('hex') };
}

const bodies: [string, string, string][] = [
  ['a query', '/graphql', '{"query":"{ thing { id } }"}'],
  ['entities', '/graphql', '{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { secret } } }","variables":{"r":[{"__typename":"Thing","id":"1"}]}}'],
  ['the schema', '/graphql', '{"query":"{ _service { sdl } }"}'],
  ['a route', '/plain', '{}'],
];

describe.each(bodies)('%s', (_, path, body) => {
  const asked = { method: 'POST', path, body };
  const send = (headers: Record<string, string>, changed: { path?: string; body?: string; method?: string } = {}) =>
    fetch(at(changed.path ?? path), { method: changed.method ?? 'POST', body: changed.body ?? body, headers: { 'content-type': 'application/json', ...headers } });

  test.each<[string, () => Promise<Response>]>([
    ['no signature', () => send({})],
    ['an envelope alone', () => send({ [ENVELOPE_HEADER]: sign(asked)[ENVELOPE_HEADER]! })],
    ['a signature alone', () => send({ [SIGNATURE_HEADER]: sign(asked)[SIGNATURE_HEADER]! })],
    ['another secret', () => send(sign(asked, 'another secret'))],
    ['no secret', () => send(sign(asked, ''))],
    ['an altered body', () => send(sign(asked), { body: `${body} ` })],
    ['another path', () => send(sign(asked), { path: `${path}?x=1` })],
    ['a signature for another path', () => send(sign({ ...asked, path: '/other' }))],
    ['another method', () => send(sign(asked), { method: 'PUT' })],
    ['another envelope under the signature', () => send({ ...sign(asked), [ENVELOPE_HEADER]: sign(asked)[ENVELOPE_HEADER]! })],
    ['a signature that is too old', () => send(signAt(SIGNATURE_AGE_MS + 1_000, asked))],
    ['a signature of the future', () => send(signAt(-SIGNATURE_AGE_MS - 5_000, asked))],
    ['a signature for a streamed body', () => send(sign({ ...asked, body: STREAMED }))],
  ])('with %s is refused, and nothing runs', async (__, how) => {
    expect((await how()).status).toBe(401);
    expect(calls).toEqual([]);
  });

  test('is answered once per signature', async () => {
    const headers = sign(asked);
    expect((await send(headers)).status).not.toBe(401);
    calls = [];
    expect((await send(headers)).status).toBe(401);
    expect(calls).toEqual([]);
  });
});

test('the check of age is that of the product', async () => {
  const [, path, body] = bodies[0]!;
  const headers = { 'content-type': 'application/json', ...signAt(SIGNATURE_AGE_MS / 2, { method: 'POST', path, body }) };
  expect((await fetch(at(path), { method: 'POST', body, headers })).status).toBe(200);
  expect(calls).toEqual(['query']);
});

test('nobody reads the schema here, the gateway neither', async () => {
  const answer = await sendSigned(subgraph.url, 'POST', bodies[2]![2], { actor: null, headers: { 'content-type': 'application/json' } });
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

describe('a streamed body', () => {
  const raw = (headers: Record<string, string>, bytes: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(at('/streamed'), { method: 'POST', headers: { 'transfer-encoding': 'chunked', ...headers } }, (response) => resolve(response.resume().statusCode!));
      sent.once('error', reject).end(bytes);
    });
  const streamed = { method: 'POST', path: '/streamed', body: STREAMED } as const;

  test('comes to its end with its trailer', async () => {
    const answer = await sendSigned(at('/streamed'), 'POST', 'abc'.repeat(100_000), { actor: null, streamed: true });
    expect([answer.status, ((await answer.json()) as { read: string }).read.length]).toEqual([200, 300_000]);
  });

  test.each<[string, () => Promise<number>]>([
    ['no signature', () => raw({}, 'abc')],
    ['another secret', () => raw(sign(streamed, 'x'), 'abc')],
    ['a signature for a held body', () => raw(sign({ ...streamed, body: 'abc' }), 'abc')],
    ['bytes that nobody signed', () => raw(sign(streamed), 'abc'.repeat(100))],
    ['no trailer', () => raw(sign(streamed), '')],
    ['no body at all', async () => (await fetch(at('/streamed'), { method: 'POST', headers: sign(streamed) })).status],
  ])('%s: nothing is made of it', async (_, send) => {
    expect(await send()).toBe(401);
    expect(calls).toEqual([]);
  });

  test('the trailer of another request does not end it', async () => {
    const body = streamSigned(at('/streamed'), 'POST', { actor: null });
    body.call.addTrailers = function (this: typeof body.call) {
      Object.getPrototypeOf(this).addTrailers.call(this, { [DIGEST_TRAILER]: '0'.repeat(64) });
    };
    const status = new Promise((resolve) => body.call.once('response', (response) => resolve(response.resume().statusCode)));
    body.end('abc');
    expect(await status).toBe(401);
    expect(calls).toEqual([]);
  });
});

describe('a WebSocket', () => {
  const upgrade = { method: 'GET', path: '/graphql', body: '' };
  const open = (headers: Record<string, string>) =>
    new Promise<WebSocket | number>((resolve) => {
      const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
      socket.once('open', () => resolve(socket)).once('unexpected-response', (_, response) => resolve(response.statusCode!)).on('error', () => {});
    });
  /** What a subscribe message with this signature leads to. */
  async function subscribe(signed: object | undefined, variables: object = {}): Promise<string> {
    const socket = (await open(sign(upgrade))) as WebSocket;
    socket.send('{"type":"connection_init"}');
    const answer = await new Promise<string>((resolve) => {
      socket.on('close', (code) => resolve(String(code)));
      socket.on('message', (data) => {
        const { type } = JSON.parse((data as Buffer).toString()) as { type: string };
        if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables, extensions: { stromgraph: signed } } }));
        else if (type !== 'ping') resolve(type);
      });
    });
    socket.terminate();
    return answer;
  }
  const SUBSCRIPTION = 'subscription { things { id } }';
  const message = (secret = TEST_SECRET, variables: object = {}) =>
    signRequest(secret, { method: 'WS', path: '/graphql', body: JSON.stringify({ query: SUBSCRIPTION, variables }) }, about());

  test.each<[string, () => Record<string, string>]>([
    ['no signature', () => ({})],
    ['another secret', () => sign(upgrade, 'x')],
    ['a signature for a request', () => sign({ method: 'POST', path: '/graphql', body: '' })],
    ['a signature that is too old', () => signAt(SIGNATURE_AGE_MS + 1_000, upgrade)],
  ])('with %s is refused at the upgrade', async (_, headers) => expect(await open(headers())).toBe(401));

  test('is opened once per signature', async () => {
    const headers = sign(upgrade);
    const socket = await open(headers);
    expect(socket).toBeInstanceOf(WebSocket);
    expect(await open(headers)).toBe(401);
    (socket as WebSocket).terminate();
  });

  test('a message that is signed is subscribed to, and once', async () => {
    const signed = message();
    expect(await subscribe(signed)).toBe('next');
    expect(calls).toEqual(['subscription']);
    expect(await subscribe(signed)).not.toBe('next');
    expect(calls).toEqual(['subscription']);
  });

  test.each<[string, () => object | undefined, object]>([
    ['no signature', () => undefined, {}],
    ['another secret', () => message('x'), {}],
    ['other variables than were signed', () => message(), { a: 1 }],
    ['the signature of an upgrade', () => signRequest(TEST_SECRET, upgrade, about()), {}],
  ])('a message with %s is refused, and nothing runs', async (_, signed, variables) => {
    expect(await subscribe(signed(), variables)).not.toBe('next');
    expect(calls).toEqual([]);
  });
});

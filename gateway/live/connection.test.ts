import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { API_KEY, startIssuer, type Issuer } from '../toys/issuer.ts';
import { makePond, stones } from '../toys/pond.ts';
import { openRaw, refusedStatus, type RawSocket } from '../toys/raw-socket.ts';

const pond = makePond();
let issuer: Issuer;
let graph: ToyGraph;
beforeAll(async () => {
  issuer = await startIssuer();
  graph = await startToyGraph([pond.definition, stones], {
    tokens: issuer.rule,
    liveLimits: { initMs: 30_000, subscriptionsPerSocket: 3, socketsPerUser: 4, socketsPerAddress: 20, bufferedBytes: 100_000 },
  });
});
afterAll(async () => {
  await graph.stop();
  await issuer.stop();
});

const url = () => graph.gateway.url;
const authorization = async (claims = {}) => ({
  authorization: `Bearer ${await issuer.sign({ sub: `user-${Math.random()}`, ...claims })}`,
});
async function connect(payload?: unknown): Promise<RawSocket> {
  const raw = await openRaw(url());
  raw.send({ type: 'connection_init', payload: payload ?? (await authorization()) });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  return raw;
}
const subscribe = (id: string, query: string, variables = {}) => ({ id, type: 'subscribe', payload: { query, variables } });

describe('the upgrade', () => {
  test.each<[string, { protocol?: string; headers?: Record<string, string> }, number]>([
    ['no origin', {}, 101],
    ['another site', { headers: { origin: 'https://evil.test' } }, 403],
    ['a hidden site', { headers: { origin: 'null' } }, 403],
    ['the old protocol', { protocol: 'graphql-ws' }, 400],
    ['no protocol', { protocol: '' }, 400],
  ])('%s', async (_, options, status) => expect(await refusedStatus(url(), options)).toBe(status));

  test('another path is nothing here', async () => expect(await refusedStatus(url().replace('/graphql', '/other'))).toBe(404));

  test('so many per address, and a closed one makes room', async () => {
    const open = await Promise.all(Array.from({ length: 19 }, () => openRaw(url()).catch(() => null)));
    await expect.poll(() => refusedStatus(url())).toBe(429);
    for (const raw of open) raw?.socket.close();
    await expect.poll(() => refusedStatus(url())).toBe(101);
  });
});

describe('the beginning', () => {
  test.each<[string, unknown]>([
    ['no payload', undefined],
    ['no token', {}],
    ['a bad token', { authorization: 'Bearer a.b.c' }],
    ['a payload of another kind', 'x'],
    ['a token of another kind', { authorization: 7 }],
  ])('%s is closed with 4403', async (_, payload) => {
    const raw = await openRaw(url());
    raw.send({ type: 'connection_init', payload });
    expect(await raw.next()).toBe(payload === 'x' ? 4400 : 4403);
  });

  test.each<[string, string | object, number]>([
    ['no JSON', '{', 4400],
    ['a frame of no kind', { type: 'start' }, 4400],
    ['a frame without its parts', { type: 'subscribe', id: '1' }, 4400],
    ['to subscribe first', subscribe('1', 'subscription { ripple { seq } }'), 4401],
  ])('%s', async (_, frame, code) => {
    const raw = await openRaw(url());
    raw.send(frame);
    expect(await raw.next()).toBe(code);
  });

  test('to subscribe before the ack', async () => {
    const raw = await openRaw(url());
    const closed = raw.closed();
    issuer.holdKeys(closed); // so that it cannot be told who asks, and no ack comes before
    raw.send({ type: 'connection_init', payload: { 'X-Api-Key': 'sgk.demo.asked-for-once' } });
    raw.send(subscribe('1', 'subscription { ripple { seq } }'));
    expect((await closed)[0]).toBe(4401);
  });

  test('to begin twice', async () => {
    const raw = await connect();
    raw.send({ type: 'connection_init', payload: await authorization() });
    expect(await raw.next()).toBe(4429);
  });

  test('an API key and headers as GraphiQL sends them', async () => {
    (await connect({ 'X-Api-Key': API_KEY })).socket.close();
    (await connect({ Authorization: (await authorization()).authorization })).socket.close();
  });

  test('so many sockets per user', async () => {
    const payload = await authorization({ sub: 'greedy' });
    const open = await Promise.all(Array.from({ length: 4 }, () => connect(payload)));
    const raw = await openRaw(url());
    raw.send({ type: 'connection_init', payload });
    expect(await raw.closed()).toEqual([4491, 'Too many connections']);
    open[0]!.socket.close();
    await open[0]!.closed();
    await expect
      .poll(async () => {
        const again = await openRaw(url());
        again.send({ type: 'connection_init', payload });
        return again.next();
      })
      .toEqual({ type: 'connection_ack' });
    for (const { socket } of open) socket.close();
  });

  test('a token that expires closes its socket', async () => {
    const raw = await connect(await authorization({ exp: Math.floor(Date.now() / 1_000) - 3 }));
    expect(await raw.closed()).toEqual([4403, 'The token has expired']);
  });

  test('binary and endless frames', async () => {
    const binary = await connect();
    binary.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    expect(await binary.next()).toBe(4400);
    const endless = await connect();
    endless.send(subscribe('1', `subscription { ripple(text: "${'x'.repeat(70_000)}") { seq } }`));
    expect(await endless.next()).toBe(1009);
  });
});

describe('what may be asked', () => {
  test.each<[string, string, string]>([
    ['a query', '{ pond }', 'BAD_USER_INPUT'],
    ['a mutation', 'mutation { throw }', 'BAD_USER_INPUT'],
    ['introspection', '{ __schema { queryType { name } } }', 'BAD_USER_INPUT'],
    ['no syntax', 'subscription {', 'BAD_USER_INPUT'],
    ['a field that is skipped', 'subscription { ripple @skip(if: true) { seq } }', 'BAD_USER_INPUT'],
    ['a field that may be skipped', 'subscription ($no: Boolean = false) { ripple @include(if: $no) { seq } }', 'BAD_USER_INPUT'],
    ['two roots', 'subscription { a: ripple { seq } b: ripple { seq } }', 'BAD_USER_INPUT'],
    ['beyond a limit', `subscription { ripple { ${Array.from({ length: 20 }, (_, n) => `a${n}: seq`).join(' ')} } }`, 'LIMIT_EXCEEDED'],
    ['without the scope', 'subscription { deep { seq } }', 'FORBIDDEN'],
  ])('%s is refused, and the socket stays', async (_, query, code) => {
    const raw = await connect();
    raw.send(subscribe('1', query));
    expect(await raw.next()).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code, requestId: expect.any(String) } }] });
    raw.send({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
    raw.socket.close();
  });

  test('one id twice', async () => {
    const raw = await connect();
    raw.send(subscribe('1', 'subscription { still { seq } }'));
    raw.send(subscribe('1', 'subscription { still { seq } }'));
    expect((await raw.closed())[0]).toBe(4409);
  });

  test('so many subscriptions per socket; one that ends makes room', async () => {
    const raw = await connect();
    for (const id of ['1', '2', '3', '4']) raw.send(subscribe(id, 'subscription { ripple(afterSeq: 1000000) { seq } }'));
    expect(await raw.next()).toMatchObject({
      id: '4',
      type: 'error',
      payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptionsPerSocket', value: 4, maximum: 3 } }],
    });
    raw.send({ id: '1', type: 'complete' });
    raw.send(subscribe('5', 'subscription { deep { seq } }'));
    expect(await raw.next()).toMatchObject({ id: '5', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
    raw.socket.close();
  });
});

describe('events', () => {
  test('come joined and in order, and end upstream when the client goes', async () => {
    await expect.poll(pond.listeners).toBe(0);
    const raw = await connect();
    raw.send(subscribe('a', 'subscription { ripple { seq stone { grams } } }'));
    await expect.poll(pond.listeners).toBe(1);
    pond.publish(50);
    for (let seq = 1; seq <= 50; seq++)
      expect(await raw.next()).toEqual({ id: 'a', type: 'next', payload: { data: { ripple: { seq, stone: { grams: seq % 3 } } } } });
    raw.socket.terminate();
    await expect.poll(pond.listeners).toBe(0);
  });

  test('a client that completes gets no more', async () => {
    await expect.poll(pond.listeners).toBe(0);
    const raw = await connect();
    raw.send(subscribe('a', 'subscription { ripple(afterSeq: 1000000) { seq } }'));
    await expect.poll(pond.listeners).toBe(1);
    raw.send({ id: 'a', type: 'complete' });
    await expect.poll(pond.listeners).toBe(0);
    raw.socket.close();
  });

  test('what comes behind the frame that closes it is not looked at', async () => {
    const raw = await connect();
    const before = graph.toys.pond!.requests.length;
    raw.send('{');
    for (const id of ['1', '2', '3']) raw.send(subscribe(id, 'subscription { ripple { seq } }'));
    expect(await raw.next()).toBe(4400);
    const other = await connect();
    other.send(subscribe('1', 'subscription { ripple { seq stone { id } } }'));
    await expect.poll(() => graph.toys.pond!.requests.length).toBeGreaterThan(before);
    expect(graph.toys.pond!.requests.slice(before)).toMatchObject([{ query: expect.stringContaining('stone') }]);
    other.socket.close();
  });

  test('a client that does not read is closed', async () => {
    const raw = await connect();
    raw.socket.pause();
    const name = 'x'.repeat(600);
    raw.send(subscribe('a', `subscription { ripple { ${name}: seq stone { id } } }`));
    const flood = setInterval(() => pond.publish(2_000), 5);
    await expect.poll(async () => (await metrics()).match(/closes_total\{code="4490"\} (\d+)/)?.[1], { timeout: 20_000 }).toBe('1');
    clearInterval(flood);
    raw.socket.resume();
    raw.socket.terminate();
  }, 30_000);

  const metrics = async () => (await fetch(url().replace('/graphql', '/metrics'))).text();
});

// One client floods, the others are served: places and cost are counted per principal, on every transport.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startToyGraph, type Result, type ToyGraph } from './toys/graph.ts';
import { startIssuer, type Issuer } from './toys/issuer.ts';
import { makePond, stones } from './toys/pond.ts';
import { openRaw } from './toys/raw-socket.ts';

const pond = makePond();
const waiting: (() => void)[] = [];
const slow = {
  name: 'slow',
  sdl: 'type Query { slow: Int @scope(needs: []) quick: Int @scope(needs: []) }',
  resolvers: { Query: { slow: () => new Promise<number>((resolve) => waiting.push(() => resolve(1))), quick: () => 2 } },
};
let issuer: Issuer;
let graph: ToyGraph;
beforeAll(async () => {
  issuer = await startIssuer();
  graph = await startToyGraph([pond.definition, stones, slow], {
    tokens: issuer.rule,
    routes: [{ domain: 'slow', method: 'GET', path: '/slow/file', limitBytes: 1_000, scope: [] }],
    limits: { concurrentOperations: 3, operationCost: 10, costPerSecond: 0.001, costBurst: 100 },
  });
});
afterAll(async () => {
  for (const release of waiting) release();
  await graph.stop();
  await issuer.stop();
});

const tokenOf = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub })}` });

async function send(query: string, headers: Record<string, string>) {
  const response = await fetch(graph.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), result: (await response.json()) as Result };
}

test('so many at once: what is beyond gets 429 and when to come again, another client an answer', async () => {
  const [flooder, other] = [await tokenOf('flooder'), await tokenOf('other')];
  const running = [1, 2, 3].map(() => send('{ slow }', flooder));
  await expect.poll(() => waiting.length).toBe(3);
  expect(await send('{ quick }', flooder)).toEqual({
    status: 429,
    retryAfter: '1',
    result: {
      errors: [
        {
          message: 'The limit on concurrentOperations is 3 for one client; try again in 1 s.',
          extensions: {
            code: 'LIMIT_EXCEEDED',
            limit: 'concurrentOperations',
            value: 4,
            maximum: 3,
            retryAfterSeconds: 1,
            requestId: expect.any(String),
          },
        },
      ],
    },
  });
  expect(await send('{ quick }', other)).toMatchObject({ status: 200, result: { data: { quick: 2 } } });
  expect(await send('{ quick }', {})).toMatchObject({ status: 200 }); // nobody, from the same address
  for (const release of waiting) release();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await send('{ quick }', flooder)).toMatchObject({ status: 200 });
});

test('so much per second, whatever the token: refused operations count too', async () => {
  for (let n = 0; n < 6; n++) expect((await send('{ quick }', await tokenOf('spender'))).status).toBe(200);
  for (let n = 0; n < 5; n++) expect((await send('{ nothing }', await tokenOf('spender'))).status).toBe(200);
  const refused = await send('{ quick }', await tokenOf('spender'));
  expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) });
  expect(refused.result.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'costPerSecond', maximum: 0.001 });
  expect((await send('{ quick }', await tokenOf('saver'))).status).toBe(200);
});

test('subscribing is paid from the same budget; the socket stays', async () => {
  const raw = await openRaw(graph.gateway.url);
  raw.send({ type: 'connection_init', payload: await tokenOf('subscriber') });
  await raw.next();
  for (let n = 0; n < 12; n++) raw.send({ id: String(n), type: 'subscribe', payload: { query: '{ quick }' } }); // refused, and paid for
  const limits: unknown[] = [];
  for (let n = 0; n < 12; n++) {
    const { payload } = (await raw.next()) as { payload: Result['errors'] };
    limits.push(payload?.[0]?.extensions.limit);
  }
  expect(limits.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => undefined));
  expect(limits[11]).toBe('costPerSecond');
  expect((await send('{ quick }', await tokenOf('subscriber'))).status).toBe(429);
  raw.send({ type: 'ping' });
  expect(await raw.next()).toEqual({ type: 'pong' });
  raw.socket.close();
});

test('REST is refused by the same budget', async () => {
  const reader = await tokenOf('reader');
  for (let n = 0; n < 11; n++) await send('{ quick }', reader);
  const refused = await fetch(new URL('/slow/file', graph.gateway.url), { headers: reader });
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    429,
    expect.stringMatching(/^\d+$/),
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit: 'costPerSecond' }),
  ]);
});

test('limits and what they have refused stand in the metrics', async () => {
  const text = await (await fetch(graph.gateway.url.replace('/graphql', '/metrics'))).text();
  expect(text).toMatch(/gateway_refusals_total\{code="LIMIT_EXCEEDED",limit="concurrentOperations"\} [1-9]/);
  expect(text).toMatch(/gateway_refusals_total\{code="LIMIT_EXCEEDED",limit="costPerSecond"\} [1-9]/);
  expect(text).toContain('gateway_limit{limit="concurrentOperations"} 3');
  expect(text).toMatch(/gateway_principals [1-9]/);
});

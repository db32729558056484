import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEvents } from '../toys/event-source.ts';
import { startToyGraph, type ToyGraph } from '../toys/graph.ts';
import { startIssuer, type Issuer } from '../toys/issuer.ts';
import { makePond, stones } from '../toys/pond.ts';

const pond = makePond();
let issuer: Issuer;
let graph: ToyGraph;
beforeAll(async () => {
  issuer = await startIssuer();
  graph = await startToyGraph([pond.definition, stones], {
    tokens: issuer.rule,
    liveLimits: { streamsPerUser: 3, bufferedBytes: 100_000, pingMs: 50 },
  });
  pond.publish(10);
});
afterAll(async () => {
  await graph.stop();
  await issuer.stop();
});

const RIPPLE = 'subscription ($from: Int) { ripple(afterSeq: $from) { seq stone { grams } } }';
const headers = async (claims = {}) => ({ authorization: `Bearer ${await issuer.sign({ sub: `user-${Math.random()}`, ...claims })}` });
const open = async (query = RIPPLE, more: Record<string, string> = {}, claims = {}) =>
  openEvents(graph.gateway.url, { query, headers: { ...(await headers(claims)), ...more } });
const ripple = (seq: number) => JSON.stringify({ data: { ripple: { seq, stone: { grams: seq % 3 } } } });
const refusal = async (source: Awaited<ReturnType<typeof open>>) => {
  const event = await source.next();
  expect(await source.next()).toEqual({ event: 'complete', data: '', id: undefined });
  expect(await source.next()).toBe(null);
  return (JSON.parse(event!.data) as { errors: { message: string; extensions: { code: string; requestId: string } }[] }).errors[0]!;
};

describe('a stream of events', () => {
  test.each(['POST', 'GET'] as const)('is a subscription by %s: joined, in order, each with its seq as id, kept alive, and over when the client goes', async (method) => {
    const source = await openEvents(graph.gateway.url, { query: RIPPLE, method, headers: await headers() });
    expect(source.response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    for (let seq = 1; seq <= 10; seq++) expect(await source.next()).toEqual({ event: 'next', id: String(seq), data: ripple(seq) });
    await expect.poll(source.comments).toBeGreaterThan(2);
    expect(pond.listeners()).toBe(1);
    source.close();
    await expect.poll(pond.listeners).toBe(0);
  });

  test('goes on after Last-Event-ID, which wins over the argument', async () => {
    const source = await openEvents(graph.gateway.url, { query: RIPPLE, variables: { from: 2 }, headers: { ...(await headers()), 'last-event-id': '7' } });
    for (const seq of [8, 9, 10]) expect(await source.next()).toMatchObject({ id: String(seq) });
    source.close();
  });

  test('shares its source with sockets and streams of equal rights', async () => {
    const query = 'subscription { wave { seq } }';
    const sources = await Promise.all([open(query), open(query), open(query)]);
    for (const source of sources) for (let seq = 1; seq <= 10; seq++) expect(await source.next()).toMatchObject({ id: String(seq) });
    await expect.poll(pond.listeners).toBe(1);
    for (const source of sources) source.close();
    await expect.poll(pond.listeners).toBe(0);
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['a query', '{ pond }', {}, 'BAD_USER_INPUT'],
    ['a mutation', 'mutation { throw }', {}, 'BAD_USER_INPUT'],
    ['no syntax', 'subscription {', {}, 'BAD_USER_INPUT'],
    ['a field that is skipped', 'subscription { ripple @skip(if: true) { seq } }', {}, 'BAD_USER_INPUT'],
    ['a field that may be skipped', 'subscription ($no: Boolean = false) { ripple @include(if: $no) { seq } }', {}, 'BAD_USER_INPUT'],
    ['beyond a limit', `subscription { ripple { ${Array.from({ length: 20 }, (_, n) => `a${n}: seq`).join(' ')} } }`, {}, 'LIMIT_EXCEEDED'],
    ['without the scope', 'subscription { deep { seq } }', {}, 'FORBIDDEN'],
    ['a place that is none', RIPPLE, { 'last-event-id': 'x' }, 'BAD_USER_INPUT'],
  ])('%s is refused by an event', async (_, query, more, code) => {
    expect(await refusal(await open(query, more))).toMatchObject({ extensions: { code, requestId: expect.any(String) } });
  });

  test('so many per user; one that ends makes room', async () => {
    const claims = { sub: 'greedy' };
    const sources = await Promise.all([1, 2, 3].map(() => open(RIPPLE, {}, claims)));
    expect(await refusal(await open(RIPPLE, {}, claims))).toMatchObject({ extensions: { code: 'LIMIT_EXCEEDED', limit: 'streamsPerUser', maximum: 3 } });
    sources[0]!.close();
    await expect
      .poll(async () => {
        const again = await open(RIPPLE, {}, claims);
        const first = await again.next();
        again.close();
        return first?.id;
      })
      .toBe('1');
    for (const source of sources) source.close();
  });

  test('a token that expires ends it', async () => {
    const source = await open('subscription { still { stone { id } } }', {}, { exp: Math.floor(Date.now() / 1_000) - 3 });
    for (let seq = 1; seq <= 10; seq++) expect(await source.next()).toMatchObject({ event: 'next', id: undefined });
    expect(await refusal(source)).toMatchObject({ message: 'The token has expired.', extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('a client that does not read is told so and cut off', async () => {
    const source = await open(`subscription { ripple { ${'x'.repeat(600)}: seq } }`);
    source.response.pause();
    const flood = setInterval(() => pond.publish(2_000), 5);
    await expect.poll(async () => (await metrics()).match(/gateway_event_streams (\d+)/)?.[1], { timeout: 20_000 }).toBe('0');
    clearInterval(flood);
    await expect.poll(pond.listeners).toBe(0);
    source.close();
  }, 30_000);
});

describe('beside one answer', () => {
  const ask = async (query: string, accept: string) =>
    fetch(graph.gateway.url, { method: 'POST', headers: { ...(await headers()), accept, 'content-type': 'application/json' }, body: JSON.stringify({ query }) });

  test('who takes both gets a query as JSON', async () => {
    const answer = await ask('{ pond }', 'application/json, text/event-stream');
    expect([answer.headers.get('content-type'), await answer.json()]).toEqual(['application/json; charset=utf-8', { data: { pond: null } }]);
  });

  test('who takes no events gets no subscription', async () => {
    expect(await (await ask(RIPPLE, 'application/json')).json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

test('a stopping gateway ends its streams without saying that they are complete, so that clients come again', async () => {
  const source = await open(RIPPLE, { 'last-event-id': '900000000' });
  await graph.gateway.stop();
  expect(await source.next()).toBe(null);
});

const metrics = async () => (await fetch(graph.gateway.url.replace('/graphql', '/metrics'))).text();

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startToyGraph, type ToyGraph } from './toys/graph.ts';
import { shop } from './toys/shop.ts';

const SITE = 'https://app.example';
let graph: ToyGraph;
beforeAll(async () => {
  graph = await startToyGraph(shop, { allowedOrigins: [SITE] });
});
afterAll(() => graph.stop());

const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };
const send = (method: string, headers: Record<string, string>) =>
  fetch(graph.gateway.url, { method, headers: { 'content-type': 'application/json', ...headers }, ...(method === 'POST' && { body: '{"query":"{ __typename }"}' }) });

test('the browser of an allowed site is told what it may send and read', async () => {
  const before = await send('OPTIONS', { origin: SITE, ...PREFLIGHT });
  expect(before.status).toBe(204);
  expect(Object.fromEntries(before.headers)).toMatchObject({ 'access-control-allow-origin': SITE, 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization,content-type', vary: 'origin' });
  const answer = await send('POST', { origin: SITE, 'sec-fetch-site': 'cross-site' });
  expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-expose-headers')]).toEqual([200, SITE, 'x-request-id, retry-after']);
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
});

test.each([
  ['another site', { origin: 'https://evil.test' }, 403],
  ['another port of it', { origin: `${SITE}:8443` }, 403],
  ['it by another scheme', { origin: 'http://app.example' }, 403],
  ['a hidden site', { origin: 'null' }, 403],
])('%s is refused, its preflight too', async (_, headers, status) => {
  const before = await send('OPTIONS', { ...headers, ...PREFLIGHT });
  const answer = await send('POST', headers);
  expect([before.status, answer.status]).toEqual([status, status]);
  for (const { headers: told } of [before, answer]) expect(told.get('access-control-allow-origin')).toBeNull();
});

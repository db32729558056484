// The thirteen probes of graphql-cop, written anew: in production, with sign-in and without.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAttackedGraph, type AttackedGraph } from './attacked-graph.ts';
import { send, type Told } from './transports.ts';

let attacked: AttackedGraph;
let authorization = '';
beforeAll(async () => {
  attacked = await startAttackedGraph();
  authorization = await attacked.authorization();
});
afterAll(() => attacked.stop());

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const times = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(' ');

type Probe = (headers: Record<string, string>) => Promise<Told>;
const post = (body: unknown): Probe => (headers) => send(attacked.url, 'POST', { ...JSON_TYPE, ...headers }, JSON.stringify(body));
const get = (query: string): Probe => (headers) => send(`${attacked.url}?query=${encodeURIComponent(query)}`, 'GET', headers);

const CIRCLE = '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }';

const PROBES: readonly [string, Probe, number][] = [
  ['alias overloading', post({ query: `{ ${times(101, (n) => `alias${n}: __typename`)} }` }), 400],
  ['array-based query batching', post(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))), 400],
  ['circular introspection', post({ query: CIRCLE }), 400],
  ['directive overloading', post({ query: `{ __typename ${times(10, () => '@aa')} ${times(20, () => '@skip(if: false)')} }` }), 400],
  ['field duplication', post({ query: `{ ${times(500, () => '__typename')} }` }), 400],
  ['introspection', post({ query: '{ __schema { types { name } } }' }), 403],
  ['mutation by GET', get('mutation { add(name: "probe") }'), 405],
  ['POST of a form', (headers) => send(attacked.url, 'POST', { ...FORM, ...headers }, 'query=%7B__typename%7D'), 415],
];

describe.each([['signed in', true], ['nobody', false]] as const)('%s', (_who, signedIn) => {
  const headers = () => (signedIn ? { authorization } : {}) as Record<string, string>;

  test.each(PROBES)('probe: %s', async (name, probe, status) => {
    const before = attacked.asked();
    const told = await probe(headers());
    expect(told.hasData).toBe(false);
    expect(told.status).toBe(name === 'introspection' && !signedIn ? 403 : status);
    expect(attacked.asked()).toBe(before);
  });

  test('probe: field suggestions', async () => {
    const { text } = await post({ query: '{ produc(id: 1) { nam } systemUpdate }' })(headers());
    expect(text).toContain('Cannot query field');
    expect(text).not.toMatch(/did you mean|\bproduct\b/i);
  });

  test('probe: query by GET', async () => {
    const told = await get('{ __typename }')(headers());
    // With a credential in a header no page of another site can send it: docs/decisions/0007.
    expect([told.status, told.hasData]).toEqual(signedIn ? [200, true] : [405, false]);
  });

  test.each(['/', '/graphiql', '/playground', '/console', '/graphql', '/altair'])('probe: GraphiQL at %s', async (path) => {
    const response = await fetch(new URL(path, attacked.url), { headers: { accept: 'text/html', ...headers() } });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toMatch(/graphiql|<html/i);
  });

  test('probe: trace mode', async () => {
    const { text } = await send(attacked.url, 'POST', { ...JSON_TYPE, ...headers(), 'apollo-federation-include-trace': 'ftv1', 'x-apollo-tracing': '1' }, '{"query":"{ __typename }"}');
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['data']);
  });

  test('probe: unhandled error', async () => {
    const { text } = await post({ query: 'qwerty { abc }' })(headers());
    const { errors } = JSON.parse(text) as { errors: { extensions: object }[] };
    expect(errors.map(({ extensions }) => Object.keys(extensions))).toEqual([['code', 'requestId']]);
    expect(text).not.toMatch(/node_modules|\bat .+:\d+:\d+|stack|exception/i);
  });
});

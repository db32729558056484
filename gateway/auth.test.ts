import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { API_KEY, MISTAKEN_API_KEY, startIssuer, type Issuer } from './toys/issuer.ts';
import { shop } from './toys/shop.ts';
import { tokenVectors } from './toys/token-vectors.ts';

let issuer: Issuer;
let graph: ToyGraph;
beforeAll(async () => {
  issuer = await startIssuer();
  graph = await startToyGraph(shop, { tokens: issuer.rule });
});
afterAll(async () => {
  await graph.stop();
  await issuer.stop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const now = () => Math.floor(Date.now() / 1_000);

describe('tokens that hold', () => {
  test.each<[string, () => Record<string, unknown>]>([
    ['a plain one', () => ({})],
    ['just expired, within the tolerance', () => ({ exp: now() - 1 })],
    ['not valid before a moment ahead, within the tolerance', () => ({ nbf: now() + 2 })],
    ['several audiences', () => ({ aud: ['other', 'stromgraph'] })],
  ])('%s', async (_, claims) => {
    expect(await ask(graph.gateway, '{ secret }', {}, bearer(await issuer.sign(claims())))).toEqual({ data: { secret: 'gold' } });
  });

  test('the actor reaches the subgraph in the envelope, and only there', async () => {
    await ask(
      graph.gateway,
      '{ mine }',
      {},
      { ...bearer(await issuer.sign({ customerId: 'k1', scope: 'a b' })), 'x-user-id': 'forged', 'x-stromgraph-envelope': 'forged' },
    );
    expect(graph.toys.catalog!.envelopes.at(-1)).toMatchObject({
      tenant: 'demo',
      actor: { kind: 'user', id: 'u1', name: 'Ada', tenant: 'demo', scopes: ['a', 'b'], customerId: 'k1' },
    });
  });

  test('a GET needs its credential in a header; without one it does not exist', async () => {
    const address = `${graph.gateway.url}?query=${encodeURIComponent('{ secret }')}`;
    const answer = await fetch(address, { headers: bearer(await issuer.sign()) });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { secret: 'gold' } }]);
    const bare = await fetch(address);
    expect([bare.status, bare.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('an API key speaks for its channel', async () => {
    expect(await ask(graph.gateway, '{ secret mine }', {}, { 'x-api-key': API_KEY })).toEqual({ data: { secret: 'gold', mine: 'yes' } });
    expect(graph.toys.catalog!.envelopes.at(-1)?.actor).toMatchObject({ kind: 'channel', channel: 'shop' });
  });
});

describe('tokens that do not hold', () => {
  // The whole list runs against the verifier itself (access-token.test.ts); by this door each kind of fault once.
  const KINDS = ['unsigned', 'HS256 signed with the public key', 'signed with EdDSA by a stranger under a known id', 'the key id "other"', 'a key of its own', 'no type', 'another issuer', 'another audience', 'expired', 'a changed payload', 'encrypted and compressed', 'too long'];
  test.each(KINDS)('%s', async (kind) => {
    const token = await tokenVectors(issuer).find(([name]) => name === kind)![1]();
    const response = await fetch(graph.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: '{"query":"{ product(id: \\"p1\\") { name } }"}',
    });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test.each<[string, Record<string, string>]>([
    ['another scheme', { authorization: 'Basic dTpw' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['an unknown API key', { 'x-api-key': 'guess' }],
    ['an API key of another tenant than it leads to', { 'x-api-key': MISTAKEN_API_KEY }],
    ['an endless API key', { 'x-api-key': 'x'.repeat(600) }],
    ['two credentials', { authorization: 'Bearer a.b.c', 'x-api-key': API_KEY }],
  ])('%s', async (_, headers) => {
    expect(await ask(graph.gateway, '{ __typename }', {}, headers)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

describe('scopes', () => {
  const as = async (scope: string | null, query: string) =>
    ask(graph.gateway, query, {}, scope === null ? {} : bearer(await issuer.sign({ scope })));
  const codes = ({ errors }: Awaited<ReturnType<typeof as>>) => (errors ?? []).map(({ extensions }) => extensions.code);

  test.each<[string | null, string, string[]]>([
    [null, '{ product(id: "p1") { name } }', []],
    [null, '{ mine }', ['UNAUTHENTICATED']],
    [null, '{ secret }', ['UNAUTHENTICATED']],
    ['', '{ mine }', []],
    ['', '{ secret }', ['FORBIDDEN']],
    ['vault:write', '{ secret }', ['FORBIDDEN']],
    ['vault:read', '{ secret }', []],
    ['', '{ product(id: "p1") { name } ...F } fragment F on Query { ... { hidden: secret } }', ['FORBIDDEN']],
    ['', '{ a: secret b: secret }', ['FORBIDDEN', 'FORBIDDEN']],
    ['', 'query ($no: Boolean! = false) { secret @include(if: $no) mine }', ['FORBIDDEN']],
    ['', 'query A { mine } query B { secret }', ['BAD_USER_INPUT']],
  ])('with %o: %s', async (scope, query, expected) => {
    expect(codes(await as(scope, query))).toEqual(expected);
  });

  test('a refused operation asks nobody', async () => {
    const before = graph.toys.catalog!.requests.length;
    await as('', '{ product(id: "p1") { name } secret }');
    expect(graph.toys.catalog!.requests.length).toBe(before);
  });

  test('the schema is for signed-in staff', async () => {
    expect(codes(await as(null, '{ __schema { queryType { name } } }'))).toEqual(['UNAUTHENTICATED']);
    expect(codes(await as('', '{ __schema { queryType { name } } }'))).toEqual([]);
    expect(
      codes(await ask(graph.gateway, '{ __type(name: "Query") { name } }', {}, bearer(await issuer.sign({ customerId: 'k1' })))),
    ).toEqual(['FORBIDDEN']);
    expect(codes(await ask(graph.gateway, '{ __type(name: "Query") { name } }', {}, { 'x-api-key': API_KEY }))).toEqual(['FORBIDDEN']);
  });
});

// A subgraph answers nobody but the gateway, and no resolver runs for anybody else. The product's by every door: tests/signed-only.api.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLog } from './log.ts';
import type { Runtime } from './runtime.ts';
import { ENVELOPE_HEADER, SIGNATURE_AGE_MS, SIGNATURE_HEADER, signRequest } from './signature.ts';
import { startSubgraph, type Subgraph } from './subgraph.ts';

const SECRET = 'only the gateway knows it';
let resolved = 0;
const count = <Value>(value: Value) => {
  resolved++;
  return value;
};
const runtime: Runtime = {
  domain: 'vault',
  tenants: new Map(),
  keyring: null as never, // nothing here is sealed
  gatewaySecret: SECRET,
  redisUrl: null,
  env: {},
  log: makeLog('vault', 'silent'),
  atClose: () => {},
  close: async () => {},
};
let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await startSubgraph(runtime, {
    sdl: `type Box @key(fields: "id") @scope(needs: []) { id: ID! iban: String grams: Int @external weight: Int @requires(fields: "grams") }
      type Query { box: Box @scope(needs: []) }`,
    resolvers: {
      Query: { box: () => count({ id: '1' }) },
      Box: { __resolveReference: (box: object) => count(box), iban: () => 'DE00', weight: ({ grams }: { grams: number }) => grams },
    },
    loaders: () => ({}),
  });
});
afterAll(() => subgraph.stop());

const about = () => ({ actor: null, tenant: null, requestId: 'r', deadlineAt: Date.now() + 5_000 });
const ENTITIES = JSON.stringify({ query: '{ _entities(representations: [{ __typename: "Box", id: "999", grams: 1 }]) { ... on Box { iban weight } } }' });
const DIRECT: readonly [string, string][] = [
  ['a query', '{"query":"{ box { id } }"}'],
  ['_entities', ENTITIES],
  ['_service', '{"query":"{ _service { sdl } }"}'],
  ['introspection', '{"query":"{ __schema { types { name } } }"}'],
];

const post = (body: string, { envelope, signature }: { envelope?: string; signature?: string } = {}, path = '/graphql') =>
  fetch(new URL(path, subgraph.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(envelope && { [ENVELOPE_HEADER]: envelope }), ...(signature && { [SIGNATURE_HEADER]: signature }) },
    body,
  });
const sign = (body: string, secret = SECRET) => signRequest(secret, { method: 'POST', path: '/graphql', body }, about());

describe('S10 G5', () => {
  test.each(DIRECT)('%s directly: unsigned, by another secret, sent twice, from half a minute ago: 401 each', async (_, body) => {
    const once = sign(body);
    expect((await post(body, once)).status).toBeLessThan(401); // the gateway itself
    const before = resolved;
    const old = signedAgo(body, SIGNATURE_AGE_MS + 1_000);
    for (const signed of [{}, sign(body, 'guessed'), once, old, { envelope: once.envelope }, { signature: once.signature }])
      expect((await post(body, signed)).status).toBe(401);
    expect(resolved).toBe(before);
  });

  test('G6: representations are what the gateway has signed: altered ones are refused', async () => {
    const altered = ENTITIES.replace('grams: 1', 'grams: 9').replace('999', '111');
    expect((await post(altered, sign(ENTITIES))).status).toBe(401);
    expect(await (await post(ENTITIES, sign(ENTITIES))).text()).toContain('"weight":1');
  });

  test('what is signed for another path holds nowhere else', async () => {
    const body = DIRECT[0]![1];
    expect((await post(body, sign(body), '/graphql?')).status).toBe(401);
    expect((await fetch(new URL('/internal/ready', subgraph.url))).status).toBe(401);
  });

  test('nothing is told of the schema, even to the gateway', async () => {
    const body = '{"query":"{ __schema { types { name } } }"}';
    expect(await (await post(body, sign(body))).text()).not.toContain('Box');
  });

  test('it listens on loopback', () => expect(new URL(subgraph.url).hostname).toBe('127.0.0.1'));
});

/** As the gateway would have signed it then. */
function signedAgo(body: string, ms: number) {
  const now = Date.now;
  Date.now = () => now() - ms;
  const signed = sign(body);
  Date.now = now;
  return signed;
}

import { createHmac } from 'node:crypto';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeVerifyToken, remoteKeys } from './access-token.ts';
import { ask, startToyGraph, type ToyGraph } from './toys/graph.ts';
import { API_KEY, MISTAKEN_API_KEY, startIssuer, type Issuer } from './toys/issuer.ts';
import { shop } from './toys/shop.ts';
import { SECRET } from './toys/toy.ts';

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
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('tokens that hold', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a plain one', {}],
    ['just expired, within the tolerance', { exp: now() - 1 }],
    ['not valid before a moment ahead, within the tolerance', { nbf: now() + 2 }],
    ['several audiences', { aud: ['other', 'stromgraph'] }],
  ])('%s', async (_, claims) => {
    expect(await ask(graph.gateway, '{ secret }', {}, bearer(await issuer.sign(claims)))).toEqual({ data: { secret: 'gold' } });
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

  test('an API key speaks for its channel', async () => {
    expect(await ask(graph.gateway, '{ secret mine }', {}, { 'x-api-key': API_KEY })).toEqual({ data: { secret: 'gold', mine: 'yes' } });
    expect(graph.toys.catalog!.envelopes.at(-1)?.actor).toMatchObject({ kind: 'channel', channel: 'shop' });
  });

  test('a new key is learnt when the first token of it comes, and floods of unknown keys ask once', async () => {
    const fresh = await startIssuer();
    const verify = makeVerifyToken(fresh.rule, remoteKeys(SECRET, fresh.rule.jwksUrl));
    expect(await verify(await fresh.sign())).not.toBeNull();
    const strange = await Promise.all(Array.from({ length: 20 }, (_, n) => fresh.sign({}, { kid: `strange-${n}` })));
    expect(await Promise.all(strange.map((token) => verify(token)))).toEqual(strange.map(() => null));
    expect(fresh.jwksRequests()).toBe(1);
    await fresh.stop();
  });
});

describe('tokens that do not hold', () => {
  const vectors: [string, () => Promise<string> | string][] = [
    [
      'unsigned',
      () =>
        new UnsecuredJWT({ sub: 'u1', tenant: 'demo', scope: 'vault:read' })
          .setIssuer('stromgraph')
          .setAudience('stromgraph')
          .setIssuedAt()
          .setExpirationTime('1m')
          .encode(),
    ],
    [
      'alg none with a signature',
      async () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${(await issuer.sign()).split('.').slice(1).join('.')}`,
    ],
    ['HS256 signed with the public key', () => hs256(issuer.publicKey.x!)],
    ['HS256 signed with the public key as JSON', () => hs256(JSON.stringify(issuer.publicKey))],
    [
      'signed by another key under a known id',
      async () =>
        new SignJWT({ sub: 'u1', tenant: 'demo' })
          .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'demo.key-1' })
          .setIssuer('stromgraph')
          .setAudience('stromgraph')
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign((await generateKeyPair('EdDSA')).privateKey),
    ],
    ['an unknown key id', () => issuer.sign({}, { kid: 'other' })],
    ['signed by the key of another tenant', () => issuer.sign({}, { kid: 'other.key-1' })],
    ['a path as key id', () => issuer.sign({}, { kid: '../../../dev/null' })],
    ['SQL as key id', () => issuer.sign({}, { kid: "x' OR 1=1 --" })],
    ['another type', () => issuer.sign({}, { typ: 'JWT' })],
    ['no type', () => issuer.sign({}, { typ: undefined })],
    ['an ID token', () => issuer.sign({}, { typ: 'id+jwt' })],
    ['another issuer', () => issuer.sign({ iss: 'https://evil.test' })],
    ['no issuer', () => issuer.sign({ iss: undefined })],
    ['another audience', () => issuer.sign({ aud: 'other' })],
    ['no audience', () => issuer.sign({ aud: undefined })],
    ['expired', () => issuer.sign({ exp: now() - 61 })],
    ['no expiry', () => issuer.sign({ exp: undefined })],
    ['not yet valid', () => issuer.sign({ nbf: now() + 61 })],
    ['expiry of another kind', () => issuer.sign({ exp: 'never' })],
    ['no subject', () => issuer.sign({ sub: undefined })],
    ['an empty subject', () => issuer.sign({ sub: '' })],
    ['no tenant', () => issuer.sign({ tenant: undefined })],
    ['a scope that is a list', () => issuer.sign({ scope: ['vault:read'] })],
    ['a kind that there is not', () => issuer.sign({ kind: 'root' })],
    [
      'a key of its own in the header',
      async () =>
        issuer
          .sign({}, { jwk: issuer.publicKey, kid: undefined, jku: 'https://evil.test/jwks' })
          .then((token) => token.slice(0, -4) + 'AAAA'),
    ],
    [
      'an unknown critical header',
      async () => {
        const [, payload, signature] = (await issuer.sign()).split('.');
        return `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: 'demo.key-1', crit: ['x'], x: 1 })}.${payload}.${signature}`;
      },
    ],
    [
      'an unencoded payload',
      async () => {
        const [, payload, signature] = (await issuer.sign()).split('.');
        return `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: 'demo.key-1', crit: ['b64'], b64: false })}.${payload}.${signature}`;
      },
    ],
    [
      'a changed payload',
      async () => {
        const [header, , signature] = (await issuer.sign()).split('.');
        return `${header}.${encode({ sub: 'admin', tenant: 'demo' })}.${signature}`;
      },
    ],
    [
      'a claim said twice',
      async () => {
        const [header, payload, signature] = (await issuer.sign()).split('.');
        const text = Buffer.from(payload!, 'base64url').toString();
        return `${header}.${Buffer.from(text.replace('{', '{"sub":"admin",')).toString('base64url')}.${signature}`;
      },
    ],
    ['no signature', async () => (await issuer.sign()).split('.').slice(0, 2).join('.') + '.'],
    ['two parts', () => 'a.b'],
    ['five parts', () => 'a.b.c.d.e'],
    ['nonsense', () => 'nonsense'],
    ['too long', async () => await issuer.sign({ name: 'x'.repeat(9_000) })],
  ];
  function hs256(key: string): string {
    const head = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'demo.key-1' })}.${encode({ iss: 'stromgraph', aud: 'stromgraph', sub: 'u1', tenant: 'demo', iat: now(), exp: now() + 60 })}`;
    return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
  }

  test.each(vectors)('%s', async (_, make) => {
    const token = await make();
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

  test('keys that cannot be fetched are our fault, not the token’s', async () => {
    const keys = remoteKeys(SECRET, 'http://127.0.0.1:9/jwks');
    await expect(makeVerifyToken(issuer.rule, keys)(await issuer.sign())).rejects.toThrow();
  });
});

describe('verified tokens are kept', () => {
  test('until they expire, and no longer', async () => {
    let time = Date.now();
    const verify = makeVerifyToken(issuer.rule, remoteKeys(SECRET, issuer.rule.jwksUrl), () => time);
    const token = await issuer.sign();
    const actor = await verify(token);
    expect(await verify(token)).toBe(actor);
    time += 66_000;
    expect(await verify(token)).toBeNull();
  });

  test('a token that differs in one character is not the kept one', async () => {
    const verify = makeVerifyToken(issuer.rule, remoteKeys(SECRET, issuer.rule.jwksUrl));
    const token = await issuer.sign();
    await verify(token);
    const last = token.at(-5) === 'A' ? 'B' : 'A';
    expect(await verify(token.slice(0, -5) + last + token.slice(-4))).toBeNull();
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

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { runDue } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { PrismaClient } from '@stromgraph/prisma-identity/client';
import { actorWith, ask, sendSigned } from '../../tests/ask.ts';
import { testDatabase, type TestDatabase } from '../../tests/database.ts';
import { createDemoUsers } from './actions/create-demo-users.ts';
import { rotateSigningKeys } from './actions/rotate-signing-keys.ts';
import { dueHandlers, planFirst } from './jobs/due.ts';
import { LISTED_AFTER_MS, PUBLISHED_FIRST_MS } from './keys/rotation.ts';
import type { IdentityRuntime } from './runtime.ts';
import { startServer } from './server.ts';

let database: TestDatabase;
let runtime: IdentityRuntime;
let server: Subgraph;
const db = () => runtime.tenants.get('demo')!.db;
let admin = actorWith('identity:admin');

beforeAll(async () => {
  database = await testDatabase();
  runtime = await database.runtime('identity', PrismaClient);
  await createDemoUsers(db(), {});
  admin = { ...admin, id: (await db().prisma.user.findFirstOrThrow({ where: { email: 'admin@demo.test' } })).id };
  server = await startServer(runtime);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

const at = (path: string) => new URL(path, server.url).toString();
const Keys = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), alg: z.literal('EdDSA'), use: z.literal('sig') })) });
const published = async () => Keys.parse(await (await sendSigned(at('/internal/jwks'), 'GET', undefined, { actor: null })).json());
const tokenOf = async (email = 'trader@demo.test'): Promise<string> =>
  (await ask(server.url, null, `mutation { login(input: { email: "${email}", password: "demo" }) { ... on LoginSuccess { accessToken } } }`)).data.login.accessToken;
const verify = async (token: string) => jwtVerify(token, createLocalJWKSet((await published()) as never), { issuer: 'stromgraph', audience: 'stromgraph', typ: 'at+jwt', algorithms: ['EdDSA'] });
const isKnown = (token: string) => verify(token).then(() => true, () => false);

/** All times of the keys move into the past, as if so long had gone by. */
const letPass = (ms: number) =>
  database.owner.query(`ALTER TABLE identity.signing_key DISABLE TRIGGER USER;
    UPDATE identity.signing_key SET created_at = created_at - interval '${ms} ms', current_at = current_at - interval '${ms} ms', retired_at = retired_at - interval '${ms} ms';
    ALTER TABLE identity.signing_key ENABLE TRIGGER USER`);

test('the key that signs and the next one are public, the private parts are not', async () => {
  const token = await tokenOf();
  const { keys } = await published();
  expect(keys).toHaveLength(2);
  expect(JSON.stringify(keys)).not.toContain('"d"');
  expect((await verify(token)).payload.sub).toBeTruthy();
  const { rows } = await database.owner.query('SELECT to_jsonb(k)::text AS row FROM identity.signing_key k');
  for (const { row } of rows) expect(row).not.toContain('"d"');
});

test('a key that is rotated out still verifies what it has signed, until its last token is gone', async () => {
  const before = await tokenOf();
  const next = (await database.owner.query(`SELECT id FROM identity.signing_key WHERE status = 'NEXT'`)).rows[0].id;
  expect(await rotateSigningKeys(db(), runtime.keyring), 'nobody may have fetched the next key yet').toBe('TOO_EARLY');
  await letPass(PUBLISHED_FIRST_MS);
  const listedBefore = (await published()).keys.map(({ kid }) => kid);
  expect(await rotateSigningKeys(db(), runtime.keyring)).toBe('ROTATE');
  const after = await tokenOf();
  expect((await verify(after)).protectedHeader.kid).toBe(next);
  expect(listedBefore, 'who fetched the keys before the rotation can verify tokens of after it').toContain(next);
  expect(await isKnown(before)).toBe(true);
  expect((await published()).keys).toHaveLength(3);
  const { rows } = await database.owner.query(`SELECT sealed_private_key FROM identity.signing_key WHERE status = 'RETIRED'`);
  expect(rows).toEqual([{ sealed_private_key: null }]);
  await letPass(LISTED_AFTER_MS);
  expect(await isKnown(before)).toBe(false);
  expect(await isKnown(await tokenOf())).toBe(true);
});

test('sign-ins go on while keys rotate', async () => {
  let done = false;
  const tokens: string[] = [];
  const signIns = Promise.all(
    Array.from({ length: 3 }, async () => {
      while (!done) tokens.push(await tokenOf());
    }),
  );
  for (let turn = 0; turn < 3; turn += 1) {
    await letPass(PUBLISHED_FIRST_MS);
    expect(await rotateSigningKeys(db(), runtime.keyring)).toBe('ROTATE');
  }
  done = true;
  await signIns;
  expect(tokens.length).toBeGreaterThanOrEqual(3);
  expect((await rotateSigningKeys(db(), runtime.keyring))).toBe('TOO_EARLY');
});

test('rotations at the same time leave one current and one next key', async () => {
  await letPass(PUBLISHED_FIRST_MS);
  const steps = await Promise.all([1, 2, 3].map(() => rotateSigningKeys(db(), runtime.keyring)));
  expect(steps.sort()).toEqual(['ROTATE', 'TOO_EARLY', 'TOO_EARLY']);
  const { rows } = await database.owner.query(`SELECT status FROM identity.signing_key WHERE status <> 'RETIRED' ORDER BY status`);
  expect(rows).toEqual([{ status: 'CURRENT' }, { status: 'NEXT' }]);
});

test('a token of another key with our names is not ours', async () => {
  const { keys } = await published();
  const forger = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const forged = await new SignJWT({ tenant: 'demo', scope: 'identity:admin' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keys[0]!.kid }).setIssuer('stromgraph').setAudience('stromgraph').setSubject(newId()).setIssuedAt().setExpirationTime('5m')
    .sign(await importJWK(await exportJWK(forger.privateKey), 'EdDSA'));
  expect(await isKnown(forged)).toBe(false);
});

test('rotation and forgetting are due work that plans itself anew', async () => {
  await database.setClock('2026-06-01T00:00:00Z');
  await planFirst(db());
  await planFirst(db());
  await letPass(PUBLISHED_FIRST_MS);
  const signing = async () => (await database.owner.query(`SELECT id FROM identity.signing_key WHERE status = 'CURRENT'`)).rows[0].id;
  const before = await signing();
  await database.setClock('2026-07-01T00:00:00Z');
  const tools = { keyring: runtime.keyring, log: runtime.log };
  expect(await runDue(db(), dueHandlers, tools)).toBeGreaterThanOrEqual(2);
  expect(await signing()).not.toBe(before);
  const { rows } = await database.owner.query('SELECT kind, due_at::text FROM identity.due ORDER BY kind');
  expect(rows).toEqual([{ kind: 'forget-sign-ins', due_at: '2026-07-06 00:00:00+00' }, { kind: 'rotate-signing-keys', due_at: '2026-07-31 00:00:00+00' }]);
});

const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  __typename ... on CreateApiKeySuccess { key apiKey { id prefix channel service scopes revokedAt } } ... on InputInvalid { faults { path } } ... on ScopeNotFound { scope } } }`;
const createKey = async (input: object) => (await ask(server.url, admin, CREATE_KEY, { input: { name: 'Test', scopes: ['pricing:read'], expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...input } })).data.createApiKey;
const present = (apiKey: unknown) => sendSigned(at('/internal/api-keys'), 'POST', JSON.stringify({ apiKey }), { actor: null });

test('a channel’s key is shown once and says who presents it', async () => {
  const { key, apiKey } = await createKey({ channel: 'CHECK24' });
  expect(apiKey).toMatchObject({ channel: 'CHECK24', service: null, scopes: ['pricing:read'] });
  expect(key).toContain(apiKey.prefix);
  const response = await present(key);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ kind: 'channel', id: apiKey.id, name: 'Test', tenant: 'demo', channel: 'CHECK24', scopes: ['pricing:read'], expiresAt: expect.any(Number) });
  const { rows } = await database.owner.query('SELECT to_jsonb(k)::text AS row FROM identity.api_key k');
  expect(rows.some(({ row }) => row.includes(key.split('.')[3]))).toBe(false);
});

test('a service’s keys belong to one account', async () => {
  const first = await createKey({ service: 'data-lake' });
  const second = await createKey({ service: 'data-lake' });
  expect(await (await present(first.key)).json()).toMatchObject({ kind: 'service', tenant: 'demo' });
  expect((await (await present(second.key)).json())).not.toHaveProperty('channel');
  expect((await database.owner.query('SELECT name FROM identity.service_account')).rows).toEqual([{ name: 'data-lake' }]);
});

test('a key that is altered, unknown, expired or revoked is nobody’s', async () => {
  const { key, apiKey } = await createKey({ channel: 'WEB' });
  for (const wrong of ['x', `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, key.replace('.demo.', '.other.'), `${key} `]) expect((await present(wrong)).status, wrong).toBe(404);
  expect((await present(42)).status).toBe(400);
  expect((await present('x'.repeat(513))).status).toBe(400);
  expect((await sendSigned(at('/internal/api-keys'), 'POST', 'nonsense', { actor: null })).status).toBe(400);
  const revoke = `mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { ... on RevokeApiKeySuccess { apiKey { revokedAt } } } }`;
  const { data } = await ask(server.url, admin, revoke, { id: apiKey.id });
  expect((await ask(server.url, admin, revoke, { id: apiKey.id })).data, 'again changes nothing').toEqual(data);
  expect((await present(key)).status).toBe(404);
  const { rows } = await database.owner.query(`SELECT count(*)::int AS told FROM identity.outbox WHERE payload ->> 'subjectId' = $1`, [apiKey.id]);
  expect(rows).toEqual([{ told: 1 }]);
  const soon = await createKey({ channel: 'WEB', expiresAt: new Date(Date.now() + 400).toISOString() });
  await expect.poll(async () => (await present(soon.key)).status).toBe(404);
});

test.each([
  [{}, 'channel'],
  [{ channel: 'WEB', service: 'x' }, 'channel'],
  [{ channel: 'web' }, 'channel'],
  [{ service: 'No Name' }, 'service'],
  [{ channel: 'WEB', name: ' ' }, 'name'],
  [{ channel: 'WEB', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
])('a key that cannot be: %o', async (input, path) => {
  expect(await createKey(input)).toEqual({ __typename: 'InputInvalid', faults: [{ path }] });
});

test('nobody is given a scope that does not exist, the gateway’s own least of all', async () => {
  for (const scope of ['gateway:internal', 'session', 'everything']) expect(await createKey({ channel: 'WEB', scopes: ['pricing:read', scope] })).toEqual({ __typename: 'ScopeNotFound', scope });
});

test('keys are listed page by page, newest first', async () => {
  const page = async (after?: string) => (await ask(server.url, admin, 'query ($after: String) { apiKeys(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }', { after }));
  const { data } = await page();
  expect(data.apiKeys.nodes).toHaveLength(2);
  expect(data.apiKeys.nodes[0].id > data.apiKeys.nodes[1].id).toBe(true);
  const second = (await page(data.apiKeys.pageInfo.endCursor)).data.apiKeys;
  expect(second.nodes[0].id < data.apiKeys.nodes[1].id).toBe(true);
  expect((await page('nonsense')).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  expect((await page(Buffer.from('["x"]').toString('base64url'))).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
});

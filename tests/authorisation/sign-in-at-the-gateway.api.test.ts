// What identity issues is what the gateway believes: tokens across a rotation of keys, API keys until they are revoked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeVerifyToken, remoteKeys, type VerifyToken } from '@stromgraph/gateway/access-token';
import { makeResolveApiKey } from '@stromgraph/gateway/api-key';
import { createApiKey } from '@stromgraph/identity/actions/create-api-key';
import { createDemoUsers } from '@stromgraph/identity/actions/create-demo-users';
import { rotateSigningKeys } from '@stromgraph/identity/actions/rotate-signing-keys';
import { startServer } from '@stromgraph/identity/server';
import { type IdentityRuntime, openDomain } from '@stromgraph/identity/runtime';
import { isProblem } from '@stromgraph/kernel/problem';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { ask } from '../ask.ts';
import { TEST_KEYS, TEST_SECRET, testDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
let runtime: IdentityRuntime;
let server: Subgraph;
let verify: VerifyToken;
const db = () => runtime.tenants.get('demo')!.db;
const at = (path: string) => new URL(path, server.url).toString();

beforeAll(async () => {
  database = await testDatabase();
  runtime = openDomain({ STROMGRAPH_IDENTITY_DATABASE_URL: await database.urlOf('identity'), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET });
  await createDemoUsers(db(), {});
  server = await startServer(runtime);
  verify = makeVerifyToken({ issuer: 'stromgraph', audience: 'stromgraph' }, remoteKeys(TEST_SECRET, at('/internal/jwks')));
});
afterAll(async () => {
  await server?.stop();
  await runtime?.close();
  await database?.drop();
});

const signIn = async () => (await ask(server.url, null, `mutation { login(input: { email: "trader@demo.test", password: "demo" }) { ... on LoginSuccess { accessToken user { id } } } }`)).data.login;
/** So long has gone by since the keys were made. */
const letPass = (ms: number) => database.owner.query(`UPDATE identity.signing_key SET created_at = created_at - interval '${ms} ms', current_at = current_at - interval '${ms} ms' WHERE status <> 'RETIRED'`);

test('a token tells the gateway who asks, what they may, and by which sign-in', async () => {
  const { accessToken, user } = await signIn();
  expect(await verify(accessToken)).toEqual({
    kind: 'user', id: user.id, name: 'trader@demo.test', tenant: 'demo', sessionId: expect.any(String), accessEpoch: expect.any(Number), expiresAt: expect.any(Number),
    scopes: ['contracts:read', 'energy:read', 'energy:write', 'market:read', 'metering:read', 'pricing:read'],
  });
});

test('keys rotate under load and no sign-in fails, although the gateway asks for keys at most every 30 seconds', async () => {
  const before = (await signIn()).accessToken;
  let done = false;
  const verdicts: boolean[] = [];
  const load = Promise.all([1, 2, 3].map(async () => {
    while (!done) verdicts.push((await verify((await signIn()).accessToken)) !== null);
  }));
  await letPass(16 * 60_000);
  expect(await rotateSigningKeys(db(), runtime.keyring)).toBe('ROTATE');
  await expect.poll(() => verdicts.length, { timeout: 10_000 }).toBeGreaterThan(20);
  done = true;
  await load;
  expect(verdicts).not.toContain(false);
  expect(await verify(before)).not.toBeNull();
});

test('an API key is believed until it is revoked', async () => {
  const resolve = makeResolveApiKey(TEST_SECRET, at('/internal/api-keys'));
  const made = await createApiKey(db(), { name: 'Comparison portal', channel: 'PORTAL', service: null, scopes: ['pricing:read'], expiresAt: new Date(Date.now() + 60_000), createdBy: null });
  if (isProblem(made)) throw new Error(made.message);
  expect(await resolve(made.key)).toMatchObject({ kind: 'channel', id: made.apiKey.id, name: 'Comparison portal', tenant: 'demo', channel: 'PORTAL', scopes: ['pricing:read'] });
  expect(await resolve(`${made.key}x`)).toBeNull();
});

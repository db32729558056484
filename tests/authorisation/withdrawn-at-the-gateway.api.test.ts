// What identity takes back the gateway refuses: over HTTP, and for sockets that are open.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '@stromgraph/gateway/server';
import { openRaw } from '@stromgraph/gateway/toys/raw-socket';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { createApiKey } from '@stromgraph/identity/actions/create-api-key';
import { createDemoUsers } from '@stromgraph/identity/actions/create-demo-users';
import { revokeApiKey } from '@stromgraph/identity/actions/revoke-api-key';
import { type IdentityRuntime, openDomain } from '@stromgraph/identity/runtime';
import { startServer } from '@stromgraph/identity/server';
import { makeLog } from '@stromgraph/kernel/log';
import { isProblem } from '@stromgraph/kernel/problem';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { TEST_KEYS, TEST_SECRET, testDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
let runtime: IdentityRuntime;
let server: Subgraph;
let relay: Awaited<ReturnType<typeof startRelay>>;
let gateway: Gateway;
const db = () => runtime.tenants.get('demo')!.db;

beforeAll(async () => {
  database = await testDatabase();
  runtime = openDomain({ STROMGRAPH_IDENTITY_DATABASE_URL: await database.urlOf('identity'), STROMGRAPH_KEYS: TEST_KEYS, STROMGRAPH_GATEWAY_SECRET: TEST_SECRET });
  await createDemoUsers(db(), {});
  server = await startServer(runtime);
  relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  const at = (path: string) => new URL(path, server.url).toString();
  gateway = await startGateway({
    supergraphSdl: readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8'),
    subgraphs: { identity: server.url },
    secret: TEST_SECRET,
    tokens: { issuer: 'stromgraph', audience: 'stromgraph', jwksUrl: at('/internal/jwks'), apiKeyUrl: at('/internal/api-keys'), withdrawalsUrl: server.url },
    log: makeLog('gateway', 'silent'),
  });
});
afterAll(async () => {
  await gateway?.stop();
  await relay?.stop();
  await server?.stop();
  await runtime?.close();
  await database?.drop();
});

/** What S5 allows; mostly it takes some tenths of a second. */
const SOON = { timeout: 5_000, interval: 50 };
async function ask(query: string, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
  return response.json();
}
const codeOf = async (headers: Record<string, string>) => (await ask('{ __typename }', headers)).errors?.[0].extensions.code ?? 'fine';
async function signIn(): Promise<{ authorization: string }> {
  const { data } = await ask('mutation { login(input: { email: "trader@demo.test", password: "demo" }) { ... on LoginSuccess { accessToken } } }');
  return { authorization: `Bearer ${data.login.accessToken}` };
}
async function openSocket(payload: object) {
  const raw = await openRaw(gateway.url);
  raw.send({ type: 'connection_init', payload });
  expect(await raw.next()).toEqual({ type: 'connection_ack' });
  return raw;
}
const logout = (headers: Record<string, string>, input: string) => ask(`mutation { logout(input: ${input}) { ... on LogoutSuccess { sessionsEnded } } }`, headers);

test('after a logout the access token of that sign-in is refused and its socket closes; another sign-in goes on', async () => {
  const [mine, other] = [await signIn(), await signIn()];
  const raw = await openSocket(mine);
  expect(await logout(mine, '{}')).toEqual({ data: { logout: { sessionsEnded: 1 } } });
  await expect.poll(() => codeOf(mine), SOON).toBe('UNAUTHENTICATED');
  expect(await raw.closed()).toEqual([4403, 'The access has been withdrawn']);
  expect(await codeOf(other)).toBe('fine');
});

test('after a logout everywhere all tokens so far are refused, and a new sign-in is believed', async () => {
  const [mine, other] = [await signIn(), await signIn()];
  await logout(mine, '{ everywhere: true }');
  await expect.poll(() => codeOf(other), SOON).toBe('UNAUTHENTICATED');
  expect([await codeOf(mine), await codeOf(await signIn())]).toEqual(['UNAUTHENTICATED', 'fine']);
});

test('a revoked API key is refused although the gateway keeps what it led to, and its socket closes', async () => {
  const made = await createApiKey(db(), { name: 'Comparison portal', channel: 'PORTAL', service: null, scopes: ['pricing:read'], expiresAt: new Date(Date.now() + 600_000), createdBy: null });
  if (isProblem(made)) throw new Error(made.message);
  const headers = { 'x-api-key': made.key };
  const raw = await openSocket(headers);
  expect(await codeOf(headers)).toBe('fine');
  await revokeApiKey(db(), made.apiKey.id);
  await expect.poll(() => codeOf(headers), SOON).toBe('UNAUTHENTICATED');
  expect((await raw.closed())[0]).toBe(4403);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { relayOnce } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { openRuntime } from '@stromgraph/kernel/runtime';
import { newId } from '@stromgraph/kernel/ids';
import { PrismaClient } from '@stromgraph/prisma-identity/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { listen } from '../../tests/listen.ts';
import { TEST_KEYS, TEST_SECRET, testDatabase, type TestDatabase } from '../../tests/database.ts';
import { createDemoUsers } from './actions/create-demo-users.ts';
import type { IdentityRuntime } from './runtime.ts';
import { startServer } from './server.ts';

/** Two retailers, each with a database of its own, served by one process. */
let databases: { north: TestDatabase; south: TestDatabase };
let runtime: IdentityRuntime;
let server: Subgraph;

beforeAll(async () => {
  databases = { north: await testDatabase(), south: await testDatabase() };
  const connections = async (database: TestDatabase) => ({ identity: { staff: await database.urlOf('identity'), own: await database.urlOf('identity', 'own') } });
  runtime = openRuntime('identity', PrismaClient, {
    STROMGRAPH_CONNECTIONS: JSON.stringify({ north: await connections(databases.north), south: await connections(databases.south) }),
    STROMGRAPH_KEYS: TEST_KEYS,
    STROMGRAPH_GATEWAY_SECRET: TEST_SECRET,
  });
  for (const { db } of runtime.tenants.values()) await createDemoUsers(db, {});
  server = await startServer(runtime);
});
afterAll(async () => {
  await server?.stop();
  await runtime?.close();
  await databases?.north.drop();
  await databases?.south.drop();
});

const admin = { ...actorWith('identity:admin'), tenant: 'north' };
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename ... on LoginSuccess { accessToken refreshToken user { id customer { id } } } ... on InputInvalid { faults { path } } } }`;
const signIn = async (input: object) => (await ask(server.url, null, LOGIN, { input }, null)).data.login;
const CREATE = `mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename ... on CreateUserSuccess { user { id kind roles } } ... on InputInvalid { faults { path } } ... on RoleNotFound { role } } }`;
const createUser = async (input: object) => (await ask(server.url, admin, CREATE, { input })).data.createUser;

test('where there are several retailers, a sign-in says which', async () => {
  expect(await signIn({ email: 'admin@demo.test', password: 'demo' })).toEqual({ __typename: 'InputInvalid', faults: [{ path: 'tenant' }] });
  const north = await signIn({ email: 'admin@demo.test', password: 'demo', tenant: 'north' });
  const south = await signIn({ email: 'admin@demo.test', password: 'demo', tenant: 'south' });
  expect(north.__typename).toBe('LoginSuccess');
  expect(north.user.id).not.toBe(south.user.id);
  expect((await signIn({ email: 'admin@demo.test', password: 'demo', tenant: 'east' })).__typename).toBe('CredentialsRefused');
});

test('a user of one retailer does not exist at the other', async () => {
  await createUser({ email: 'only@north.test', name: 'Only', password: 'a long enough one', roles: [] });
  const login = { email: 'only@north.test', password: 'a long enough one' };
  expect((await signIn({ ...login, tenant: 'north' })).__typename).toBe('LoginSuccess');
  expect((await signIn({ ...login, tenant: 'south' })).__typename).toBe('CredentialsRefused');
  const { refreshToken } = await signIn({ ...login, tenant: 'north' });
  const refresh = async (token: string) => (await ask(server.url, null, `mutation { refreshSession(input: { refreshToken: "${token}" }) { __typename } }`, {}, null)).data.refreshSession.__typename;
  expect(await refresh(refreshToken.replace('north.', 'south.'))).toBe('SessionEnded');
  expect(await refresh(refreshToken)).toBe('RefreshSessionSuccess');
});

test('a request without a tenant reaches no database', async () => {
  const { errors } = await ask(server.url, { ...admin, tenant: '' }, '{ users { nodes { id } } }', {}, null);
  expect(errors![0]!.extensions.code).toBe('INTERNAL');
});

test.each([
  [{ password: 'short' }, 'password'],
  [{ name: '' }, 'name'],
  [{ email: 'x' }, 'email'],
  [{ customerId: 'x' }, 'customerId'],
])('a user that cannot be: %o', async (input, path) => {
  expect(await createUser({ email: 'a@b.test', name: 'A', password: 'a long enough one', roles: [], ...input })).toEqual({ __typename: 'InputInvalid', faults: [{ path }] });
});

test('an address is taken once, in any case, and roles fit the kind of user', async () => {
  const user = { email: 'twice@north.test', name: 'Twice', password: 'a long enough one', roles: ['TRADER'] };
  expect((await createUser(user)).user).toMatchObject({ kind: 'STAFF', roles: ['TRADER'] });
  expect((await createUser({ ...user, email: 'TWICE@north.test' })).__typename).toBe('EmailTaken');
  expect(await createUser({ ...user, email: 'b@north.test', roles: ['CUSTOMER'] })).toEqual({ __typename: 'RoleNotFound', role: 'CUSTOMER' });
  expect(await createUser({ ...user, email: 'b@north.test', customerId: newId(), roles: ['TRADER'] })).toEqual({ __typename: 'RoleNotFound', role: 'TRADER' });
});

test('a customer sees itself and nobody else, whatever id it asks for', async () => {
  const customerId = newId();
  const { user } = await createUser({ email: 'kunde@north.test', name: 'Kunde', password: 'a long enough one', roles: ['CUSTOMER'], customerId });
  const signedIn = await signIn({ email: 'kunde@north.test', password: 'a long enough one', tenant: 'north' });
  expect(signedIn.user).toEqual({ id: user.id, customer: { id: customerId } });
  const customer = { ...admin, id: user.id, scopes: ['customers:read'], customerId };
  expect((await ask(server.url, customer, '{ me { email roles } }')).data.me).toEqual({ email: 'kunde@north.test', roles: ['CUSTOMER'] });
  const others = (await runtime.tenants.get('north')!.db.prisma.user.findMany()).filter(({ id }) => id !== user.id);
  const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { email } } }`;
  const asked = { of: [user, ...others].map(({ id }) => ({ __typename: 'User', id })) };
  expect((await ask(server.url, customer, entities, asked)).data._entities).toEqual([{ email: 'kunde@north.test' }, ...others.map(() => null)]);
  expect((await runtime.tenants.get('north')!.own(customerId).prisma.user.findMany()).map(({ id }) => id)).toEqual([user.id]);
  expect(await runtime.tenants.get('north')!.own(newId()).prisma.user.findMany()).toEqual([]);
  for (const table of ['password', 'session', 'refresh_token', 'api_key', 'signing_key', 'login_attempt'])
    await expect(runtime.tenants.get('north')!.own(customerId).query(`SELECT * FROM identity.${table}`), table).rejects.toThrow('not open to customers');
  expect((await ask(server.url, null, entities, asked, 'north')).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
  expect((await ask(server.url, customer, 'mutation { logout(input: { everywhere: true }) { ... on LogoutSuccess { sessionsEnded } } }')).data.logout).toEqual({ sessionsEnded: 1 });
});

test('who is disabled is out at once and comes back only when enabled', async () => {
  const { user } = await createUser({ email: 'gone@north.test', name: 'Gone', password: 'a long enough one', roles: ['OPERATIONS'] });
  const login = { email: 'gone@north.test', password: 'a long enough one', tenant: 'north' };
  const { refreshToken } = await signIn(login);
  const set = (what: string, id = user.id) => ask(server.url, admin, `mutation ($id: ID!) { ${what}(input: { userId: $id }) { __typename ... on ${what === 'disableUser' ? 'DisableUser' : 'EnableUser'}Success { user { active } } } }`, { id });
  expect((await set('disableUser')).data.disableUser.user).toEqual({ active: false });
  expect((await signIn(login)).__typename).toBe('CredentialsRefused');
  const refresh = await ask(server.url, null, 'mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { __typename } }', { token: refreshToken }, null);
  expect(refresh.data.refreshSession.__typename).toBe('SessionEnded');
  expect((await set('enableUser')).data.enableUser.user).toEqual({ active: true });
  expect((await signIn(login)).__typename).toBe('LoginSuccess');
  for (const id of [newId(), 'nobody']) for (const what of ['disableUser', 'enableUser']) expect((await set(what, id)).data[what].__typename).toBe('UserNotFound');
});

test('withdrawals are told to the gateway: those of living tokens at first, then each new one', async () => {
  const { user } = await createUser({ email: 'role@north.test', name: 'Role', password: 'a long enough one', roles: ['TRADER'] });
  const gateway = { ...actorWith('gateway:internal'), kind: 'service' as const, tenant: 'north' };
  const assign = (roles: string[]) => ask(server.url, admin, 'mutation ($input: AssignRolesInput!) { assignRoles(input: $input) { __typename ... on AssignRolesSuccess { user { scopes } } } }', { input: { userId: user.id, roles } });
  expect((await assign(['AGENT'])).data.assignRoles.user.scopes).toContain('customers:write');
  await relayOnce(databases.north.url);
  const stream = listen(server.url, gateway, 'subscription { accessWithdrawn { seq reset withdrawals { subjectKind subjectId sessionId epochBelow reason } } }');
  const { accessWithdrawn: first } = await stream.next();
  expect(first.reset).toBe(true);
  expect(first.withdrawals).toContainEqual({ subjectKind: 'USER', subjectId: user.id, sessionId: null, epochBelow: 2, reason: 'ROLES_CHANGED' });
  await assign(['BILLING']);
  await relayOnce(databases.north.url);
  const { accessWithdrawn: second } = await stream.next();
  expect(second).toMatchObject({ reset: false, withdrawals: [{ subjectId: user.id, epochBelow: 3 }] });
  expect(second.seq).toBeGreaterThan(first.seq);
  await stream.stop();
  const nosy = listen(server.url, { ...admin, scopes: ['identity:admin', 'operations'] }, 'subscription { accessWithdrawn { seq } }');
  await expect(nosy.next()).rejects.toThrow('FORBIDDEN');
  await nosy.stop();
});

test('the demo’s sign-ins are neither made nor let in in production', async () => {
  await expect(createDemoUsers(runtime.tenants.get('north')!.db, { NODE_ENV: 'production' })).rejects.toThrow('not made in production');
  const production = await startServer({ ...runtime, env: { NODE_ENV: 'production' } });
  const { data } = await ask(production.url, null, LOGIN, { input: { email: 'admin@demo.test', password: 'demo', tenant: 'north' } }, null);
  expect(data.login.__typename).toBe('CredentialsRefused');
  await production.stop();
});

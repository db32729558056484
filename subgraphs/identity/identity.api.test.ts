import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest } from '@stromgraph/kernel/signature';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { PrismaClient } from '@stromgraph/prisma-identity/client';
import { ask, actorWith } from '../../tests/ask.ts';
import { TEST_SECRET, testDatabase, type TestDatabase } from '../../tests/database.ts';
import { createDemoUsers, DEMO_USERS } from './actions/create-demo-users.ts';
import type { IdentityRuntime } from './runtime.ts';
import { startServer } from './server.ts';

let database: TestDatabase;
let runtime: IdentityRuntime;
let server: Subgraph;

beforeAll(async () => {
  database = await testDatabase();
  runtime = await database.runtime('identity', PrismaClient);
  await createDemoUsers(runtime.tenants.get('demo')!.db, {});
  server = await startServer(runtime);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});
beforeEach(() => database.owner.query(`TRUNCATE identity.login_attempt; UPDATE identity."user" SET locked_until = NULL`));

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) {
  __typename ... on LoginSuccess { accessToken expiresAt refreshToken user { id email kind roles scopes } }
  ... on Problem { message } ... on SignInDelayed { retryAfterSeconds } ... on InputInvalid { faults { path fault allowed } } } }`;
const REFRESH = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { __typename ... on RefreshSessionSuccess { accessToken refreshToken user { email } } } }`;
const LOGOUT = `mutation ($input: LogoutInput!) { logout(input: $input) { __typename ... on LogoutSuccess { sessionsEnded } ... on InputInvalid { message } } }`;

const signIn = async (email: string, password = 'demo', tenant?: string) => (await ask(server.url, null, LOGIN, { input: { email, password, tenant } })).data.login;
const refresh = async (token: string) => (await ask(server.url, null, REFRESH, { token })).data.refreshSession;
/** Time passes: what triggers forbid the product, the owner may do in a test. */
const rewrite = (table: string, change: string) =>
  database.owner.query(`ALTER TABLE identity.${table} DISABLE TRIGGER USER; UPDATE identity.${table} SET ${change}; ALTER TABLE identity.${table} ENABLE TRIGGER USER`);
const actorOf = ({ accessToken }: { accessToken: string }) => {
  const { sub, name, tenant, scope, sid, exp } = decodeJwt<{ name: string; tenant: string; scope: string; sid: string }>(accessToken);
  return { kind: 'user' as const, id: sub!, name, tenant, scopes: scope.split(' '), sessionId: sid, expiresAt: exp! * 1000 };
};

/** The table of the demo's sign-ins, kept by hand. */
const EXPECTED: Record<string, string> = {
  'admin@demo.test':
    'billing:read billing:release billing:write contracts:approve contracts:read contracts:write customers:erase customers:read customers:write energy:read energy:write identity:admin market:read market:write messaging:read messaging:write metering:read metering:write operations pricing:read pricing:write settlement:read settlement:write',
  'trader@demo.test': 'contracts:read energy:read energy:write market:read metering:read pricing:read',
  'agent@demo.test': 'billing:read contracts:read contracts:write customers:read customers:write market:read messaging:read messaging:write metering:read metering:write pricing:read',
  'billing@demo.test': 'billing:read billing:write contracts:read customers:read messaging:read metering:read pricing:read settlement:read settlement:write',
  'ops@demo.test':
    'billing:read contracts:approve contracts:read customers:read energy:read market:read market:write messaging:read messaging:write metering:read metering:write operations pricing:read pricing:write',
};

test.each(DEMO_USERS)('$email signs in and holds exactly the scopes of the table', async ({ email }) => {
  const signedIn = await signIn(email);
  expect(signedIn.__typename).toBe('LoginSuccess');
  expect(signedIn.user.scopes.join(' ')).toBe(EXPECTED[email]);
  expect(decodeProtectedHeader(signedIn.accessToken)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.stringMatching(/^demo\./) });
  const claims = decodeJwt(signedIn.accessToken);
  expect(claims).toMatchObject({ iss: 'stromgraph', aud: 'stromgraph', sub: signedIn.user.id, name: email, tenant: 'demo', kind: 'user', scope: EXPECTED[email], sid: expect.any(String), epoch: expect.any(Number) });
  expect(claims.exp! - claims.iat!).toBe(600);
  expect(new Date(signedIn.expiresAt).getTime()).toBe(claims.exp! * 1000);
});

test('an address may be written in any case; everything else must be right', async () => {
  expect((await signIn(' Trader@DEMO.test ')).__typename).toBe('LoginSuccess');
  const wrong = await signIn('trader@demo.test', 'Demo');
  const unknown = await signIn('nobody@demo.test');
  const elsewhere = await signIn('trader@demo.test', 'demo', 'elsewhere');
  expect(wrong).toEqual({ __typename: 'CredentialsRefused', message: expect.any(String) });
  expect(unknown).toEqual(wrong);
  expect(elsewhere).toEqual(wrong);
  expect((await signIn('trader@demo.test', 'demo', 'demo')).__typename).toBe('LoginSuccess');
});

test.each([
  [{ email: 'no address', password: 'demo' }, 'email'],
  [{ email: 'ü@demo.test', password: 'demo' }, 'email'],
  [{ email: 'a@b.c', password: '' }, 'password'],
  [{ email: 'a@b.c', password: 'x'.repeat(1025) }, 'password'],
  [{ email: 'a@b.c', password: 'x', tenant: "demo'; DROP" }, 'tenant'],
])('a malformed sign-in is answered with its fault: %o', async (input, path) => {
  const { data } = await ask(server.url, null, LOGIN, { input });
  expect(data.login).toMatchObject({ __typename: 'InputInvalid', faults: [expect.objectContaining({ path })] });
});

test('an unknown address takes as long as a wrong password', async () => {
  const took = { known: [] as number[], unknown: [] as number[] };
  for (let round = 0; round < 12; round += 1)
    for (const kind of ['known', 'unknown'] as const) {
      await database.owner.query('TRUNCATE identity.login_attempt');
      const start = performance.now();
      await signIn(kind === 'known' ? 'ops@demo.test' : 'nobody@demo.test', 'wrong');
      took[kind].push(performance.now() - start);
    }
  // The fastest of each: what else runs on the machine only ever adds. Without the password hash a sign-in takes a tenth.
  const [known, unknown] = [Math.min(...took.known), Math.min(...took.unknown)];
  expect(unknown / known).toBeGreaterThan(0.5);
  expect(known / unknown).toBeGreaterThan(0.5);
});

test('the sixth guess has to wait, known account or not, and the right password is not looked at meanwhile', async () => {
  for (const email of ['agent@demo.test', 'nobody@demo.test']) {
    for (let failure = 0; failure < 5; failure += 1) expect((await signIn(email, 'guess')).__typename).toBe('CredentialsRefused');
    const delayed = await signIn(email, 'demo');
    expect(delayed).toMatchObject({ __typename: 'SignInDelayed', retryAfterSeconds: expect.any(Number) });
    expect(delayed.retryAfterSeconds).toBeGreaterThan(25);
    expect(delayed.retryAfterSeconds).toBeLessThanOrEqual(30);
  }
  expect((await signIn('ops@demo.test')).__typename, 'others are not slowed down').toBe('LoginSuccess');
});

test('guesses sent all at once count like guesses in a row', async () => {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => signIn('billing@demo.test', 'guess')));
  expect(outcomes.filter(({ __typename }) => __typename === 'CredentialsRefused')).toHaveLength(5);
  expect((await database.owner.query('SELECT count(*)::int AS failures FROM identity.login_attempt')).rows[0].failures).toBe(5);
});

test('only failures count: many right sign-ins at once are all let in', async () => {
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => signIn('trader@demo.test')));
  expect(outcomes.every(({ __typename }) => __typename === 'LoginSuccess')).toBe(true);
});

test('ten failures lock the account until its time has come or an admin enables it', async () => {
  const failing = await signIn('agent@demo.test');
  await database.owner.query(`UPDATE identity."user" SET last_sign_in_at = NULL`);
  for (let failure = 0; failure < 10; failure += 1) {
    await signIn('agent@demo.test', 'guess');
    await rewrite('login_attempt', `failed_at = failed_at - interval '20 minutes'`);
  }
  const { rows } = await database.owner.query(`SELECT locked_until > clock_timestamp() + interval '14 minutes' AS locked FROM identity."user" WHERE email = 'agent@demo.test'`);
  expect(rows).toEqual([{ locked: true }]);
  await database.owner.query('TRUNCATE identity.login_attempt'); // the lock outlives the list of failures
  expect((await signIn('agent@demo.test')).__typename).toBe('SignInDelayed');
  await ask(server.url, actorWith('identity:admin'), `mutation ($id: ID!) { enableUser(input: { userId: $id }) { __typename } }`, { id: failing.user.id });
  expect((await signIn('agent@demo.test')).__typename).toBe('LoginSuccess');
});

test('while passwords are tried across many accounts, one failure of an account is enough to wait', async () => {
  await database.owner.query(
    `INSERT INTO identity.login_attempt (account_hash, failed_at) SELECT sha256(i::text::bytea), clock_timestamp() FROM generate_series(1, 500) AS i`,
  );
  expect((await signIn('agent@demo.test', 'guess')).__typename).toBe('CredentialsRefused');
  expect((await signIn('agent@demo.test')).__typename).toBe('SignInDelayed');
  expect((await signIn('trader@demo.test')).__typename).toBe('LoginSuccess');
});

test('who fails at many accounts from one address waits at all of them; others do not', async () => {
  const from = async (clientAddress: string, email: string) => {
    const body = JSON.stringify({ query: LOGIN, variables: { input: { email, password: 'demo' } } });
    const { envelope, signature } = signRequest(TEST_SECRET, { method: 'POST', path: '/graphql', body }, { actor: null, tenant: null, requestId: 'x', deadlineAt: Date.now() + 8000, clientAddress });
    const response = await fetch(server.url, { method: 'POST', body, headers: { [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature } });
    return ((await response.json()) as any).data.login.__typename;
  };
  for (let nth = 0; nth < 30; nth += 1) expect(await from('203.0.113.9', `nobody${nth}@demo.test`)).toBe('CredentialsRefused');
  expect(await from('203.0.113.9', 'ops@demo.test')).toBe('SignInDelayed');
  expect(await from('203.0.113.10', 'ops@demo.test')).toBe('LoginSuccess');
  const { rows } = await database.owner.query('SELECT DISTINCT address_hash FROM identity.login_attempt');
  expect(rows).toHaveLength(1);
});

test('a refresh token is used once; at the same moment twice gives the same successor', async () => {
  const { refreshToken } = await signIn('trader@demo.test');
  const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
  expect(both[0]).toMatchObject({ __typename: 'RefreshSessionSuccess', user: { email: 'trader@demo.test' } });
  expect(both[1].refreshToken).toBe(both[0].refreshToken);
  expect(both[0].refreshToken).not.toBe(refreshToken);
  const next = await refresh(both[0].refreshToken);
  expect(next.__typename).toBe('RefreshSessionSuccess');
  const { rows } = await database.owner.query(`SELECT encode(hash, 'escape') AS hash FROM identity.refresh_token`);
  for (const { hash } of rows) for (const token of [refreshToken, next.refreshToken]) expect(hash).not.toContain(token);
});

test('a refresh token that comes back later ends the session and withdraws its access tokens', async () => {
  const { refreshToken, accessToken, user } = await signIn('trader@demo.test');
  const { refreshToken: successor } = await refresh(refreshToken);
  await rewrite('refresh_token', `used_at = used_at - interval '11 seconds', issued_at = issued_at - interval '11 seconds' WHERE used_at IS NOT NULL`);
  expect((await refresh(refreshToken)).__typename).toBe('SessionEnded');
  expect((await refresh(successor)).__typename, 'the thief’s or the owner’s: both are out').toBe('SessionEnded');
  const { rows } = await database.owner.query(`SELECT payload FROM identity.outbox WHERE type = 'identity.AccessWithdrawn' ORDER BY position DESC LIMIT 1`);
  expect(rows[0].payload).toMatchObject({ subjectKind: 'USER', subjectId: user.id, sessionId: decodeJwt(accessToken)['sid'], reason: 'TOKEN_REUSED' });
});

test.each([['nonsense'], ['demo.'], [`demo.${'A'.repeat(43)}`], [`elsewhere.${'A'.repeat(43)}`], ['']])('%s is nobody’s refresh token', async (token) => {
  expect((await refresh(token)).__typename).toBe('SessionEnded');
});

test('an idle or an old session has ended', async () => {
  const idle = await signIn('trader@demo.test');
  await database.owner.query(`UPDATE identity.refresh_token SET issued_at = issued_at - interval '8 days' WHERE used_at IS NULL`);
  expect((await refresh(idle.refreshToken)).__typename).toBe('SessionEnded');
  const old = await signIn('trader@demo.test');
  await database.owner.query(`UPDATE identity.session SET started_at = started_at - interval '31 days', expires_at = expires_at - interval '31 days' WHERE ended_at IS NULL`);
  expect((await refresh(old.refreshToken)).__typename).toBe('SessionEnded');
});

test('logout ends one session or all, never somebody else’s', async () => {
  const [first, second, foreign] = [await signIn('agent@demo.test'), await signIn('agent@demo.test'), await signIn('ops@demo.test')];
  const actor = actorOf(first);
  expect((await ask(server.url, actor, LOGOUT, { input: { refreshToken: foreign.refreshToken } })).data.logout).toEqual({ __typename: 'LogoutSuccess', sessionsEnded: 0 });
  expect((await ask(server.url, actor, LOGOUT, { input: {} })).data.logout.sessionsEnded).toBe(1);
  expect((await refresh(first.refreshToken)).__typename).toBe('SessionEnded');
  expect((await refresh(foreign.refreshToken)).__typename).toBe('RefreshSessionSuccess');
  expect((await ask(server.url, actorOf(second), LOGOUT, { input: { everywhere: true } })).data.logout.sessionsEnded).toBeGreaterThanOrEqual(1);
  expect((await refresh(second.refreshToken)).__typename).toBe('SessionEnded');
  const { epoch } = decodeJwt<{ epoch: number }>((await signIn('agent@demo.test')).accessToken);
  expect(epoch, 'tokens of now are of a later epoch').toBeGreaterThan(decodeJwt<{ epoch: number }>(second.accessToken).epoch);
  const { sessionId: _, ...keyless } = actor;
  expect((await ask(server.url, keyless, LOGOUT, { input: {} })).data.logout.__typename).toBe('InputInvalid');
  expect((await ask(server.url, null, LOGOUT, { input: {} })).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
});

test('me is who asks', async () => {
  const actor = actorOf(await signIn('billing@demo.test'));
  const { data } = await ask(server.url, actor, '{ me { email name roles customer { id } } }');
  expect(data.me).toEqual({ email: 'billing@demo.test', name: 'Bela Billing', roles: ['BILLING'], customer: null });
  expect((await ask(server.url, { ...actor, kind: 'service' }, '{ me { id } }')).data.me).toBeNull();
  expect((await ask(server.url, null, '{ me { id } }')).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
});

test('no token is ever written to the database', async () => {
  const { refreshToken, accessToken } = await signIn('trader@demo.test');
  const { rows } = await database.owner.query<{ name: string }>(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'identity' AND table_type = 'BASE TABLE'`);
  for (const { name } of rows) {
    const { rows: found } = await database.owner.query(`SELECT 1 FROM identity."${name}" t WHERE to_jsonb(t)::text LIKE ANY ($1)`, [[`%${refreshToken.slice(5)}%`, `%${accessToken}%`]]);
    expect(found, name).toEqual([]);
  }
});

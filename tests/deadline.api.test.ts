// Nobody waits longer than the deadline: what a request runs in the database ends with it, on a real PostgreSQL.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CustomersRuntime, openDomain } from '@stromgraph/customers/runtime';
import { ENVELOPE_HEADER, SIGNATURE_HEADER, signRequest } from '@stromgraph/kernel/signature';
import { readTogether, transact } from '@stromgraph/kernel/database';
import type { Context, Runtime } from '@stromgraph/kernel/runtime';
import { startSubgraph, type Subgraph } from '@stromgraph/kernel/subgraph';
import { actorWith } from './ask.ts';
import { TEST_KEYS, TEST_SECRET, type TestDatabase, testDatabase } from './database.ts';

type Typed = CustomersRuntime extends Runtime<infer Prisma> ? Prisma : never;
type Ctx = Context<Typed>;

let database: TestDatabase;
let runtime: CustomersRuntime;
let subgraph: Subgraph;
let calls = 0;
let between = () => {};
const counted = (work: (ctx: Ctx) => Promise<unknown>) => async (_: unknown, __: unknown, ctx: Ctx) => {
  calls++;
  await work(ctx);
  return 1;
};
/** Takes a connection, says so, and goes on when the test lets it. */
const paused = { begun: () => {}, goOn: Promise.resolve() };

beforeAll(async () => {
  database = await testDatabase();
  const { rows } = await database.owner.query(`SELECT role_name, current_database() AS name FROM platform.role_credential WHERE domain = 'customers'`);
  for (const { role_name: role, name } of rows) // the roles' own limits would end it too
    for (const limit of ['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout']) await database.owner.query(`ALTER ROLE ${role} IN DATABASE ${name} SET ${limit} = 0`);
  await database.owner.query('CREATE TABLE customers.trace (text text); GRANT ALL ON customers.trace TO PUBLIC');
  runtime = openDomain({
    STROMGRAPH_CONNECTIONS: JSON.stringify({ demo: { customers: { staff: await database.urlOf('customers'), own: await database.urlOf('customers', 'own') } } }),
    STROMGRAPH_KEYS: TEST_KEYS,
    STROMGRAPH_GATEWAY_SECRET: TEST_SECRET,
  });
  subgraph = await startSubgraph(runtime, {
    sdl: `type Query { statement: Int @scope(needs: []) typed: Int @scope(needs: []) together: Int @scope(needs: []) transaction: Int @scope(needs: []) pauses: Int @scope(needs: []) many: Int @scope(needs: []) quick: Int @scope(needs: []) }`,
    loaders: () => ({}),
    resolvers: {
      Query: {
        statement: counted(({ db }) => db.sql`SELECT pg_sleep(30)`),
        typed: counted(({ db }) => db.prisma.$queryRaw`SELECT pg_sleep(30)::text`),
        together: counted(({ db }) => readTogether(db, ({ sql }) => sql`SELECT pg_sleep(30)`)),
        transaction: counted(({ db }) => transact(db, ({ sql }) => sql`SELECT pg_sleep(30)`)),
        pauses: counted(({ db }) =>
          transact(db, async ({ sql }) => {
            await sql`INSERT INTO customers.trace VALUES ('begun')`;
            paused.begun();
            await paused.goOn;
            await sql`INSERT INTO customers.trace VALUES ('went on')`.catch(() => {}); // and a resolver that does not mind
          }),
        ),
        many: counted(({ db }) => Promise.all(Array.from({ length: 20 }, () => db.sql`SELECT pg_sleep(30)`))),
        quick: counted(({ db }) => db.sql`SELECT 1`),
      },
    },
  });
});
beforeEach(() => void (calls = 0));
afterAll(async () => {
  between();
  await subgraph.stop();
  await runtime.close();
  await database.drop();
});

function send(query: string, deadlineAt: number, { customerId, signal }: { customerId?: string; signal?: AbortSignal } = {}): Promise<Response> {
  const body = JSON.stringify({ query });
  const actor = { ...actorWith(), ...(customerId && { customerId }) };
  const { envelope, signature } = signRequest(TEST_SECRET, { method: 'POST', path: '/graphql', body }, { actor, tenant: 'demo', requestId: 'r', deadlineAt });
  return fetch(subgraph.url, { method: 'POST', body, headers: { 'content-type': 'application/json', [ENVELOPE_HEADER]: envelope, [SIGNATURE_HEADER]: signature }, ...(signal && { signal }) });
}

const sleeping = async (): Promise<number> =>
  (await database.owner.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()`)).rows[0].n;
const inTransaction = async (): Promise<number> =>
  (await database.owner.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE '%customers%' AND xact_start IS NOT NULL`)).rows[0].n;

describe.each([['staff', undefined], ['a customer', '01990000-0000-7000-8000-00000000000c']])('for %s', (_, customerId) => {
  test.each(['statement', 'typed', 'together', 'transaction'])('%s: what runs when time is up is cancelled, and the pool serves on', async (field) => {
    const answer = await send(`{ ${field} }`, Date.now() + 300, { ...(customerId && { customerId }) });
    expect(await answer.json()).toMatchObject({ data: { [field]: null }, errors: [{ path: [field], extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
    await expect.poll(sleeping, { timeout: 5_000 }).toBe(0);
    expect(await (await send('{ quick }', Date.now() + 60_000, { ...(customerId && { customerId }) })).json()).toEqual({ data: { quick: 1 } });
    expect(calls).toBe(2);
  });
});

test('what waits for a connection is not begun any more', async () => {
  const answer = await send('{ many }', Date.now() + 300);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
  await expect.poll(sleeping, { timeout: 5_000 }).toBe(0);
  expect(await (await send('{ quick }', Date.now() + 60_000)).json()).toEqual({ data: { quick: 1 } });
});

test.each(['statement', 'typed', 'transaction'])('%s: what runs when the gateway gives up is cancelled', async (field) => {
  const given = new AbortController();
  const answer = send(`{ ${field} }`, Date.now() + 60_000, { signal: given.signal }).catch((error: Error) => error.name);
  await expect.poll(sleeping, { timeout: 10_000 }).toBe(1);
  given.abort();
  expect(await answer).toBe('AbortError');
  await expect.poll(sleeping, { timeout: 5_000 }).toBe(0);
});

test('a transaction that rests between two statements neither goes on nor commits', async () => {
  const begun = new Promise<void>((resolve) => (paused.begun = resolve));
  paused.goOn = new Promise((resolve) => (between = resolve));
  const given = new AbortController();
  const answer = send('{ pauses }', Date.now() + 60_000, { signal: given.signal }).catch((error: Error) => error.name);
  await begun;
  given.abort();
  expect(await answer).toBe('AbortError');
  await expect.poll(inTransaction, { timeout: 5_000 }).toBe(0);
  between();
  await expect.poll(async () => (await (await send('{ quick }', Date.now() + 60_000)).json()), { timeout: 5_000 }).toEqual({ data: { quick: 1 } });
  expect((await database.owner.query('SELECT * FROM customers.trace')).rows).toEqual([]);
});

test('a deadline that has passed is refused before any resolver runs', async () => {
  const answer = await send('{ quick }', Date.now() - 1);
  expect([answer.status, await answer.json()]).toMatchObject([504, { code: 'SUBGRAPH_TIMEOUT' }]);
  expect(calls).toBe(0);
});

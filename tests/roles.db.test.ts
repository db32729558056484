// Least privilege, tried: what each login role may reach, and that everything else answers 42501 (insufficient privilege).
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { domainsWithSchema } from '../scripts/migrate.ts';
import { type TestDatabase, testDatabase } from './database.ts';

const DOMAINS = domainsWithSchema();
const REFUSED = '42501';

/** Who may run a function that the whole platform shares; everything else in `platform` is for domains as readers, or nobody. */
const KEY_FUNCTIONS = ['customer_key_or_new', 'customer_keys'];
/** Only the owner of the customer record may make a customer's sealed texts unreadable. */
const DESTROYS_KEYS = 'customers';

/** Tables without own rows that a customer's session may read; each with its reason. */
const OPEN_TO_CUSTOMERS: Readonly<Record<string, string>> = {
  'identity.role_scope': 'which scopes a role gives: the same for everybody',
  'customers.price_version': 'what a price version costs, which was offered to everybody',
  'messaging.template': 'the wording of letters; what went into one is in the message, an own row',
  'pricing.campaign': 'offers, the same for everybody',
  'pricing.place': 'which place lies in which grid area: public',
  'pricing.rate_configuration': 'offers, the same for everybody',
  'pricing.tariff': 'offers, the same for everybody',
};

let database: TestDatabase;
const connections = new Map<string, pg.Client>();

beforeAll(async () => {
  database = await testDatabase();
  for (const [domain, kind] of [...DOMAINS.flatMap((domain) => [[domain, 'staff'], [domain, 'own']] as const), ['operations', 'staff'] as const, ['relay', 'relay'] as const]) {
    const client = new pg.Client(await database.urlOf(domain, kind));
    await client.connect();
    connections.set(`${domain} ${kind}`, client);
  }
});
afterAll(async () => {
  for (const client of connections.values()) await client.end();
  await database.drop();
});

/** The SQLSTATE of a statement, null when it is allowed; nothing of it stays. */
async function attempt(who: string, sql: string): Promise<string | null> {
  const client = connections.get(who)!;
  await client.query('BEGIN');
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.query('ROLLBACK');
  }
}

const tablesOf = async (schema: string): Promise<string[]> =>
  (await database.owner.query<{ name: string }>(`SELECT format('%I.%I', relnamespace::regnamespace, relname) AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`, [schema])).rows.map(({ name }) => name);

test('there are domains to be tried', () => {
  expect(DOMAINS.length).toBeGreaterThan(0);
});

describe.each(DOMAINS)('the staff role of %s', (domain) => {
  const who = `${domain} staff`;

  test('works in its own schema, reads feed and clock, and has keys and queues', async () => {
    for (const sql of [
      `SELECT FROM ${domain}.outbox`, `SELECT FROM ${domain}.dead_letter`, `DELETE FROM ${domain}.due`, `UPDATE ${domain}.hearer_cursor SET position = position`,
      'SELECT FROM platform.feed', 'SELECT platform.business_now()', 'SELECT FROM platform.tenant',
      `SELECT platform.customer_key_or_new('${randomUUID()}', 'x', 1)`, `SELECT FROM platform.customer_keys(ARRAY['${randomUUID()}']::uuid[])`,
      'SELECT FROM jobs.job',
    ])
      expect.soft(await attempt(who, sql), sql).toBeNull();
  });

  test('reads and writes no table of another domain', async () => {
    for (const other of DOMAINS.filter((name) => name !== domain))
      for (const table of await tablesOf(other))
        for (const sql of [`SELECT FROM ${table}`, `INSERT INTO ${table} DEFAULT VALUES`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
  });

  test('runs no function of another domain', async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_roles r ON r.rolname = $1
       WHERE p.pronamespace::regnamespace::text = ANY ($2) AND has_schema_privilege(r.oid, p.pronamespace, 'USAGE')`,
      [await roleOf(domain, 'staff'), DOMAINS.filter((name) => name !== domain)],
    );
    expect(rows).toEqual([]);
  });

  test('does nothing else to the platform', async () => {
    for (const sql of [
      `INSERT INTO platform.feed (event_id, domain, aggregate_type, aggregate_id, aggregate_version, type, version, tenant, payload, occurred_at, committed_at, correlation_id) VALUES (gen_random_uuid(), '${domain}', 'x', 'x', 1, 'x', 1, 'demo', '{}', now(), now(), 'x')`,
      'UPDATE platform.feed SET tenant = tenant', 'DELETE FROM platform.feed', 'TRUNCATE platform.feed',
      'SELECT FROM platform.customer_key', 'UPDATE platform.customer_key SET key_version = 9', 'DELETE FROM platform.customer_key',
      'SELECT FROM platform.role_credential', 'SELECT FROM platform.relay_cursor', 'UPDATE platform.relay_cursor SET outbox_position = 0',
      `UPDATE platform.clock SET mode = 'SYSTEM'`, `UPDATE platform.tenant SET name = 'other'`, 'SELECT FROM platform._prisma_migrations', `SELECT platform.equip_domain('evil')`,
      ...(domain === DESTROYS_KEYS ? [] : [`SELECT platform.destroy_customer_key('${randomUUID()}')`]),
    ])
      expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
  });

  test('rewrites nothing that was said, and builds nothing', async () => {
    for (const sql of [
      `UPDATE ${domain}.outbox SET type = type`, `DELETE FROM ${domain}.outbox`, `TRUNCATE ${domain}.outbox`, `UPDATE ${domain}.idempotency SET response = response`, `TRUNCATE ${domain}.inbox`,
      `DELETE FROM ${domain}.hearer_cursor`, `DELETE FROM ${domain}.aggregate_version`, `ALTER TABLE ${domain}.outbox DISABLE TRIGGER ALL`, `DROP TABLE ${domain}.inbox`,
      `SELECT FROM ${domain}._prisma_migrations WHERE false FOR UPDATE`,
      `CREATE TABLE ${domain}.new (id integer)`, 'CREATE TABLE public.new (id integer)', 'CREATE TABLE platform.new (id integer)', 'CREATE SCHEMA new',
      'CREATE ROLE new', 'SET ROLE postgres', ...DOMAINS.filter((name) => name !== domain).map((other) => `SET ROLE stromgraph_${other}`), 'SET ROLE stromgraph_relay', 'SET ROLE stromgraph_operations',
    ])
      expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
  });
});

describe.each(DOMAINS)("the role of customers' sessions in %s", (domain) => {
  const who = `${domain} own`;

  test('only reads, and only tables that show own rows', async () => {
    for (const table of await tablesOf(domain)) {
      const reads = await attempt(who, `SELECT FROM ${table}`);
      if (reads === null) expect.soft((await isForced(table)) || table in OPEN_TO_CUSTOMERS, `${table} is readable by customers without row-level security`).toBe(true);
      else expect.soft(reads, table).toBe(REFUSED);
      for (const sql of [`INSERT INTO ${table} DEFAULT VALUES`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
    }
  });

  test('reaches no other domain, no queue and no secret', async () => {
    for (const other of DOMAINS.filter((name) => name !== domain)) for (const table of await tablesOf(other)) expect.soft(await attempt(who, `SELECT FROM ${table}`), table).toBe(REFUSED);
    for (const sql of ['SELECT FROM jobs.job', 'SELECT FROM platform.customer_key', 'SELECT FROM platform.role_credential', `SELECT FROM ${domain}.outbox`, `SELECT FROM ${domain}.dead_letter`, `SELECT FROM ${domain}.idempotency`])
      expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
  });

  test('sees no row at all unless the transaction names a customer', async () => {
    for (const table of await tablesOf(domain)) {
      if (!(await isForced(table)) || (await attempt(who, `SELECT FROM ${table}`)) !== null) continue;
      const { rowCount } = await connections.get(who)!.query(`SELECT FROM ${table}`);
      expect.soft(rowCount, table).toBe(0);
    }
  });
});

test('the relay carries outboxes into the feed and does nothing else', async () => {
  for (const domain of DOMAINS) {
    expect.soft(await attempt('relay relay', `SELECT FROM ${domain}.outbox`)).toBeNull();
    expect.soft(await attempt('relay relay', `DELETE FROM ${domain}.outbox`)).toBeNull();
    for (const sql of [`UPDATE ${domain}.outbox SET type = type`, `INSERT INTO ${domain}.inbox (event_id, position) VALUES (gen_random_uuid(), 1)`, `UPDATE ${domain}.hearer_cursor SET position = 0`, `DELETE FROM ${domain}.dead_letter`])
      expect.soft(await attempt('relay relay', sql), sql).toBe(REFUSED);
    const ofTrade = (await tablesOf(domain)).filter((table) => !/\.(outbox|hearer_cursor|aggregate_version|dead_letter)$/.test(table));
    for (const table of ofTrade) expect.soft(await attempt('relay relay', `SELECT FROM ${table}`), table).toBe(REFUSED);
  }
  for (const sql of ['UPDATE platform.feed SET tenant = tenant', 'TRUNCATE platform.feed', 'SELECT FROM platform.customer_key', 'SELECT FROM platform.role_credential', `UPDATE platform.clock SET mode = 'SYSTEM'`])
    expect.soft(await attempt('relay relay', sql), sql).toBe(REFUSED);
});

test('operations looks at what hangs between domains, moves the clock, and writes nowhere else', async () => {
  const who = 'operations staff';
  expect(await attempt(who, `UPDATE platform.clock SET mode = 'SYSTEM', ahead = '0', stands_at = NULL`)).toBeNull();
  for (const domain of DOMAINS) {
    for (const table of await tablesOf(domain)) {
      const may = /\.(dead_letter|hearer_cursor|due|outbox)$/.test(table);
      expect.soft(await attempt(who, `SELECT FROM ${table}`), `SELECT ${table}`).toBe(may ? null : REFUSED);
      for (const sql of [`INSERT INTO ${table} DEFAULT VALUES`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
    }
    expect.soft(await attempt(who, `SELECT ${domain}.next_due()`)).toBeNull();
  }
  for (const sql of ['DELETE FROM platform.feed', 'SELECT FROM platform.customer_key', 'SELECT FROM platform.role_credential', 'UPDATE platform.relay_cursor SET outbox_position = 0', 'DELETE FROM platform.clock', 'DELETE FROM platform.demo'])
    expect.soft(await attempt(who, sql), sql).toBe(REFUSED);
});

describe('what holds of all of them', () => {
  test('only the owner of customers destroys keys, and only domains have the key functions', async () => {
    const { rows } = await database.owner.query<{ name: string; domains: string[] }>(
      `SELECT p.proname AS name, coalesce(array_agg(d ORDER BY d) FILTER (WHERE has_function_privilege('stromgraph_' || d, p.oid, 'EXECUTE')), '{}') AS domains
       FROM pg_proc p, unnest($1::text[]) d WHERE p.pronamespace = 'platform'::regnamespace AND (p.proname = ANY ($2) OR p.proname = 'destroy_customer_key') GROUP BY 1 ORDER BY 1`,
      [DOMAINS, KEY_FUNCTIONS],
    );
    expect(rows).toEqual([
      ...KEY_FUNCTIONS.map((name) => ({ name, domains: DOMAINS })),
      { name: 'destroy_customer_key', domains: DOMAINS.filter((domain) => domain === DESTROYS_KEYS) },
    ]);
  });

  test.each<[string, string]>([
    ['a function that runs with its owner’s rights pins its search path',
      `SELECT p.oid::regprocedure::text AS found FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%')`],
    ['row-level security that is on is forced', `SELECT oid::regclass::text AS found FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity`],
    ['a protected table has a policy', `SELECT c.oid::regclass::text AS found FROM pg_class c WHERE relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)`],
    ['a view over protected tables asks for the caller’s rights',
      `SELECT c.oid::regclass::text AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'v' AND n.nspname = ANY ($1) AND NOT coalesce('security_invoker=true' = ANY (c.reloptions) OR 'security_invoker=on' = ANY (c.reloptions), false)`],
    ['no role of ours is more than a role', `SELECT rolname::text AS found FROM pg_roles WHERE (rolname LIKE 'sg\\_%' OR rolname LIKE 'stromgraph\\_%') AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)`],
    // BullMQ makes a sequence for each queue it meets, which is why queues need CREATE in the schema jobs.
    ['no role of ours owns anything but sequences of queues',
      `SELECT c.oid::regclass::text AS found FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
       WHERE (r.rolname LIKE 'sg\\_%' OR r.rolname LIKE 'stromgraph\\_%') AND NOT (c.relkind = 'S' AND c.relnamespace = 'jobs'::regnamespace)`],
    ['everybody reaches no function of ours', `SELECT p.oid::regprocedure::text AS found FROM pg_proc p WHERE p.pronamespace::regnamespace::text = ANY ($1 || '{platform,jobs}'::text[])
       AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)`],
    ['everybody reaches no table of ours', `SELECT c.oid::regclass::text AS found FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY ($1 || '{platform,jobs}'::text[])
       AND EXISTS (SELECT FROM aclexplode(c.relacl) WHERE grantee = 0)`],
  ])('%s', async (_, sql) => {
    const { rows } = await database.owner.query<{ found: string }>(sql, sql.includes('$1') ? [DOMAINS] : []);
    expect(rows.map(({ found }) => found)).toEqual([]);
  });

  test('sessions end by themselves before they hold anybody up', async () => {
    for (const [who, client] of connections) {
      const { rows } = await client.query<{ transaction: string; statement: string; idle: string; lock: string }>(
        `SELECT current_setting('transaction_timeout') AS transaction, current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('lock_timeout') AS lock`,
      );
      const expected = who.startsWith('relay') ? { transaction: '30s', idle: '5s' } : { transaction: '2s', statement: '2s', idle: '2s', lock: '1500ms' };
      expect.soft(rows[0], who).toMatchObject(expected);
    }
  });

  test('a password opens its own database only', async () => {
    const other = new URL(await database.urlOf(DOMAINS[0]!));
    other.pathname = new URL(inject('clusterUrl')).pathname;
    await database.owner.query('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
    const client = new pg.Client(other.toString());
    await expect(client.connect()).rejects.toMatchObject({ code: REFUSED });
  });
});

const roleOf = async (domain: string, kind: string): Promise<string> =>
  (await database.owner.query<{ role_name: string }>('SELECT role_name FROM platform.role_credential WHERE domain = $1 AND kind = $2', [domain, kind])).rows[0]!.role_name;

async function isForced(table: string): Promise<boolean> {
  const { rows } = await database.owner.query<{ forced: boolean }>('SELECT relforcerowsecurity AS forced FROM pg_class WHERE oid = $1::regclass', [table]);
  return rows[0]!.forced;
}

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { domainsWithSchema, findDrift, migrate, unfitness } from '../scripts/migrate.ts';
import { startPostgres } from '../scripts/postgres.ts';
import { applyMigrations } from '../scripts/schema-engine.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { scratchFolder } from './scratch.ts';

const ROOT = join(import.meta.dirname, '..');
let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

test('what the migrations make is what each schema.prisma describes', async () => {
  expect(domainsWithSchema().length).toBeGreaterThan(0);
  expect(await findDrift(database.url)).toEqual({});
});

test('a table that nobody described is drift', async () => {
  const [domain] = domainsWithSchema();
  await database.owner.query(`CREATE TABLE ${domain}.stray (id integer PRIMARY KEY)`);
  expect(Object.entries(await findDrift(database.url))).toEqual([[domain, expect.stringContaining('stray')]]);
  await database.owner.query(`DROP TABLE ${domain}.stray`);
});

test('a second run applies nothing and keeps the passwords', async () => {
  const credentials = async () => (await database.owner.query('SELECT * FROM platform.role_credential ORDER BY role_name')).rows;
  await migrate(database.url, 'demo'); // a copied database gets roles of its own
  const before = await credentials();
  expect(await migrate(database.url, 'demo')).toEqual([]);
  expect(await credentials()).toEqual(before);
  const client = new pg.Client(await database.urlOf('operations'));
  await client.connect();
  await client.end();
});

test.each([
  [{ version: 170_011, commitTimes: true }, 'PostgreSQL 17 is too old: this version needs PostgreSQL 18 or newer.'],
  [{ version: 180_000, commitTimes: false }, 'PostgreSQL must run with track_commit_timestamp=on: subscriptions report the time of the commit.'],
  [{ version: 180_000, commitTimes: true }, null],
  [{ version: 190_001, commitTimes: true }, null],
])('a server %o: %s', (server, fault) => {
  expect(unfitness(server)).toBe(fault);
});

describe('a migration that fails half-way', () => {
  const GOOD = 'CREATE TABLE toy.thing (id integer PRIMARY KEY);';
  const BROKEN = 'CREATE TABLE toy.half (id integer PRIMARY KEY);\nINSERT INTO toy.half VALUES (1);\nALTER TABLE toy.nowhere ADD COLUMN x integer;';
  let folder: string;
  const write = (name: string, sql: string) => {
    mkdirSync(join(folder, 'migrations', name), { recursive: true });
    writeFileSync(join(folder, 'migrations', name, 'migration.sql'), sql);
  };
  const apply = () => applyMigrations({ url: database.url, schema: 'toy', folder });
  const tables = async () => (await database.owner.query(`SELECT relname FROM pg_class WHERE relnamespace = 'toy'::regnamespace AND relkind = 'r' AND relname NOT LIKE '\\_%' ORDER BY 1`)).rows.map((row) => row.relname);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'toy-'));
    writeFileSync(join(folder, 'schema.prisma'), 'generator client {\n  provider = "prisma-client"\n  output = "./client"\n}\ndatasource db {\n  provider = "postgresql"\n}\nmodel thing {\n  id Int @id\n}\n');
    write('20260101000000_good', GOOD);
    write('20260102000000_broken', BROKEN);
    await database.owner.query('CREATE SCHEMA toy');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names schema, migration and cause in one line, and leaves nothing half-done', async () => {
    await expect(apply()).rejects.toThrow(/^schema toy, migration 20260102000000_broken: relation "toy.nowhere" does not exist$/);
    expect(await tables()).toEqual(['thing']);
    await expect(apply()).rejects.toThrow(/relation "toy.nowhere" does not exist/);
  });

  test('is applied once it is mended', async () => {
    write('20260102000000_broken', BROKEN.replace('toy.nowhere', 'toy.half'));
    expect(await apply()).toEqual(['20260102000000_broken']);
    expect(await tables()).toEqual(['half', 'thing']);
    expect(await apply()).toEqual([]);
  });

  test('and an applied one may not be rewritten', async () => {
    write('20260101000000_good', `${GOOD} -- rewritten`);
    await expect(apply()).rejects.toThrow('schema toy: the migration 20260101000000_good was changed after it had been applied');
  });
});

test('two migrations of one empty database at once are safe', async () => {
  const name = `m_${process.pid}_${Date.now()}`;
  await database.owner.query(`CREATE DATABASE ${name}`);
  const url = inject('clusterUrl').replace(/\/postgres$/, `/${name}`);
  try {
    const runs = await Promise.all([runMigrate(url), runMigrate(url)]);
    expect(runs.map(({ code, errors }) => [code, errors])).toEqual([[0, ''], [0, '']]);
    const applied = runs.map(({ output }) => Number(/(\d+) migrations applied/.exec(output)?.[1]));
    expect(Math.min(...applied)).toBe(0);
    expect(Math.max(...applied)).toBeGreaterThan(0);
  } finally {
    await database.owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test('an owner without superuser rights is enough, and gives roles and passwords of its own', async () => {
  const directory = scratchFolder('owner');
  const postgres = await startPostgres({ directory, durability: 'throw-away' }); // group roles belong to who made them
  try {
    const admin = new pg.Client(postgres.url('postgres'));
    await admin.connect();
    await admin.query(`CREATE ROLE proprietor LOGIN CREATEROLE PASSWORD 'p'`);
    await admin.query('CREATE DATABASE north OWNER proprietor');
    await admin.end();
    const url = Object.assign(new URL(postgres.url('north')), { username: 'proprietor', password: 'p' }).toString();
    const given = Object.assign(new URL(url), { username: 'billing_staff', password: `a'b@` }).toString();
    await migrate(url, 'north', () => {}, { STROMGRAPH_BILLING_DATABASE_URL: `south=postgresql://x:y@z/s,north=${given}` });
    expect(await findDrift(url)).toEqual({});
    expect(await migrate(url, 'north', () => {}, { STROMGRAPH_BILLING_DATABASE_URL: given })).toEqual([]);
    const client = new pg.Client(given);
    await client.connect();
    await client.query('SELECT FROM billing.outbox');
    await expect(client.query('SELECT FROM identity.outbox')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

test.each([
  ['mysql://x', 'STROMGRAPH_BILLING_DATABASE_URL: is not an address such as postgresql://role:password@host:5432/database.'],
  ['postgresql://Big:x@h/d', 'STROMGRAPH_BILLING_DATABASE_URL: needs a role of small letters, digits and underscores, and a password.'],
  ['postgresql://role@h/d', 'STROMGRAPH_BILLING_DATABASE_URL: needs a role of small letters, digits and underscores, and a password.'],
])('a role given as %s is refused before anything is done', async (address, message) => {
  await expect(migrate(database.url, 'demo', () => {}, { STROMGRAPH_BILLING_DATABASE_URL: address })).rejects.toThrow(message);
});

function runMigrate(url: string): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/migrate.ts', url], { cwd: ROOT });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output, errors })));
}

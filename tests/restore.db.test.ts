// The drills of docs/operating.md, as far as they can be tried here: an online base backup by file copy, the archived log, and a
// restore to the moment before somebody's mistake; and a synchronous standby that takes over from a killed primary.
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDrift, migrate } from '../scripts/migrate.ts';
import { type Postgres, startPostgres } from '../scripts/postgres.ts';
import { scratchFolder } from './scratch.ts';
import { waitFor } from './wait.ts';

let folder: string;
let running: Postgres | null = null;
const directory = (name: string) => join(folder, name);

beforeAll(() => {
  folder = scratchFolder('drill');
  mkdirSync(directory('archive'));
  chmodSync(directory('archive'), 0o777);
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a base backup and the archived log bring back everything before a mistake', { timeout: 120_000 }, async () => {
  running = await startPostgres({ directory: directory('primary'), durability: 'durable', settings: { archive_mode: 'on', archive_command: `cp %p ${directory('archive')}/%f`, wal_level: 'replica' } });
  const admin = await connect(running.url('postgres'));
  await admin.query('CREATE DATABASE retailer');
  const url = running.url('retailer');
  await migrate(url, 'demo');
  const owner = await connect(url);
  const sign = (key: string) => owner.query(`INSERT INTO platform.customer_key VALUES (gen_random_uuid(), $1, 1, now())`, [key]);

  await sign('before the backup');
  await backUp(admin, 'primary', 'restored');
  await sign('after the backup');
  const { rows } = await owner.query<{ at: string }>('SELECT clock_timestamp()::text AS at');
  await owner.query('DROP SCHEMA identity CASCADE'); // the mistake
  const { rows: written } = await admin.query<{ file: string }>('SELECT pg_walfile_name(pg_switch_wal()) AS file');
  await waitFor('the log to be archived', async () => readdirSync(directory('archive')).includes(written[0]!.file), 30_000);
  await Promise.all([owner.end(), admin.end()]);
  await running.stop();

  const startedAt = performance.now();
  inDataFolderOf('restored', 'recovery.signal', '');
  running = await startPostgres({
    directory: directory('restored'),
    durability: 'durable',
    settings: { restore_command: `cp ${directory('archive')}/%f %p`, recovery_target_time: rows[0]!.at, recovery_target_action: 'promote' },
  });
  const restored = await connect(running.url('retailer'));
  await waitFor('the end of recovery', async () => !(await restored.query<{ on: boolean }>('SELECT pg_is_in_recovery() AS on')).rows[0]!.on, 60_000);
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect((await restored.query<{ key: string }>(`SELECT convert_from(wrapped_key, 'UTF8') AS key FROM platform.customer_key ORDER BY created_at`)).rows.map(({ key }) => key)).toEqual(['before the backup', 'after the backup']);
  expect(await findDrift(running.url('retailer'))).toEqual({});
  await restored.end();
});

test('what was acknowledged is on the standby when the primary dies', { timeout: 120_000 }, async () => {
  await running?.stop();
  const primary = (running = await startPostgres({ directory: directory('first'), durability: 'durable', settings: { wal_level: 'replica' } }));
  const admin = await connect(primary.url('postgres'));
  await admin.query('CREATE TABLE acknowledged (n integer PRIMARY KEY)');
  await backUp(admin, 'first', 'second');
  inDataFolderOf('second', 'standby.signal', '');
  const { password } = new URL(primary.url('postgres'));
  const standby = await startPostgres({ directory: directory('second'), durability: 'durable', settings: { primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres password=${password} application_name=standby` } });
  try {
    await admin.query(`ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby)'`);
    await admin.query('SELECT pg_reload_conf()');
    await waitFor('the standby to be synchronous', async () => (await admin.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`)).rowCount === 1, 30_000);
    let acknowledged = 0;
    const writing = (async () => {
      for (;;) {
        await admin.query('INSERT INTO acknowledged VALUES ($1)', [acknowledged + 1]);
        acknowledged += 1;
      }
    })();
    await waitFor('some commits', async () => acknowledged > 100);
    process.kill(primary.pid(), 'SIGKILL');
    await expect(writing).rejects.toThrow();
    running = null;
    const survivor = await connect(standby.url('postgres'));
    await survivor.query('SELECT pg_promote()');
    const { rows } = await survivor.query<{ count: number }>('SELECT count(*)::int AS count FROM acknowledged WHERE n <= $1', [acknowledged]);
    expect(rows[0]!.count).toBe(acknowledged);
    await survivor.query('INSERT INTO acknowledged VALUES (0)'); // it takes writes
    await survivor.end();
  } finally {
    await standby.stop();
  }
});

/** Between start and stop the files may be copied while the server writes. */
async function backUp(admin: pg.Client, from: string, to: string): Promise<void> {
  await admin.query(`SELECT pg_backup_start('drill', true)`);
  mkdirSync(directory(to));
  cpSync(join(directory(from), 'owner-password'), join(directory(to), 'owner-password'));
  cpSync(join(directory(from), 'pg'), join(directory(to), 'pg'), { recursive: true, filter: (path) => !/postmaster\.(pid|opts)$|\/pg_wal\/.+/.test(path) });
  const { rows } = await admin.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
  ownAll(directory(to), statSync(join(directory(from), 'pg')));
  inDataFolderOf(to, 'backup_label', rows[0]!.label);
}

function inDataFolderOf(name: string, file: string, text: string): void {
  const path = join(directory(name), 'pg', file);
  writeFileSync(path, text);
  const { uid, gid } = statSync(join(directory(name), 'pg'));
  chownSync(path, uid, gid);
}

/** A copy made by root belongs to root; PostgreSQL wants its own. */
function ownAll(path: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  if (path.endsWith('/pg')) chmodSync(path, 0o700);
  for (const name of readdirSync(path)) ownAll(join(path, name), { uid, gid });
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {}); // a killed server is what the drill is about
  await client.connect();
  return client;
}

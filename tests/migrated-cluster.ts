// A cluster of its own for a test costs five seconds of a core until it is migrated; a copy of one that is costs the copying.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../scripts/migrate.ts';
import { type Postgres, startPostgres } from '../scripts/postgres.ts';

export const TEMPLATE = 'stromgraph_template';
/** Names the folder of a stopped cluster with the migrated template; unset outside of a test run. */
const ORIGINAL = 'STROMGRAPH_TEST_CLUSTER';

type Options = Parameters<typeof startPostgres>[0];

/** Keeps what a stopped cluster has, for copies in this run; `folder` is not to be there. */
export function keepOriginal(cluster: string, folder: string): void {
  copy(cluster, folder);
  process.env[ORIGINAL] = folder;
}

/** A cluster with one migrated database of that name, of the tenant `demo`. */
export async function startMigrated(options: Options, database: string): Promise<Postgres> {
  const original = process.env[ORIGINAL];
  if (original) copy(original, options.directory);
  const postgres = await startPostgres(options);
  const admin = new pg.Client(postgres.url('postgres'));
  await admin.connect();
  await admin.query(original ? `ALTER DATABASE ${TEMPLATE} RENAME TO ${database}` : `CREATE DATABASE ${database}`);
  await admin.end();
  await migrate(postgres.url(database), 'demo'); // a copy has nothing left to do but its roles
  return postgres;
}

/** With owners and rights: PostgreSQL insists on its own. */
function copy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const part of ['pg', 'owner-password']) {
    const { status, stderr } = spawnSync('cp', ['-a', join(from, part), to], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the cluster in ${from} was not copied: ${stderr}`);
  }
}

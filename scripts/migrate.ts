// Brings a database to the state that this version of the code needs: roles, platform, every domain, queues.
// `node scripts/migrate.ts [database url]`; without one, DATABASE_URL.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { runMigrations } from 'bullmq';
import { applyMigrations, drift } from './schema-engine.ts';
import { closeFunctions, createGroupRoles, createLoginRoles, givenRoles } from './roles.ts';

const PRISMA = join(import.meta.dirname, '..', 'prisma');
const OLDEST_POSTGRESQL = 180_000;
const LOCK = 'stromgraph migrate';

/** The domains that have a schema of their own; `operations` lives in `platform`. */
export const domainsWithSchema = (): string[] =>
  readdirSync(PRISMA).filter((name) => name !== 'platform' && existsSync(join(PRISMA, name, 'schema.prisma')) && existsSync(join(PRISMA, name, 'migrations'))).sort();

/**
 * @param tenant the name under which tokens and events speak of this database
 * @param env names the login roles that the deployment gives itself, if any
 */
export async function migrate(url: string, tenant: string, say: (line: string) => void = () => {}, env: Readonly<Record<string, string | undefined>> = process.env): Promise<string[]> {
  const given = givenRoles(env, tenant, [...domainsWithSchema(), 'operations']);
  const owner = new pg.Client(url);
  await owner.connect();
  const applied: string[] = [];
  try {
    await refuseUnfit(owner);
    await owner.query('SELECT pg_advisory_lock(hashtext($1))', [LOCK]); // until the session ends: one migration at a time
    const domains = domainsWithSchema();
    await createGroupRoles(owner, domains);
    for (const schema of ['platform', ...domains]) {
      await owner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      const names = await applyMigrations({ url, schema, folder: join(PRISMA, schema) });
      applied.push(...names.map((name) => `${schema}/${name}`));
      for (const name of names) say(`migrated ${schema}: ${name.slice(15).replaceAll('_', ' ')}`);
    }
    await owner.query('INSERT INTO platform.tenant (name) VALUES ($1) ON CONFLICT DO NOTHING', [tenant]);
    await migrateQueues(owner);
    await closeFunctions(owner, domains);
    const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
    await createLoginRoles(owner, rows[0]!.name, [...domains, 'operations'], given);
    return applied;
  } finally {
    await owner.end();
  }
}

/** Per schema the SQL by which database and schema.prisma differ; empty when there is no drift. */
export async function findDrift(url: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const schema of ['platform', ...domainsWithSchema()]) {
    const sql = await drift({ url, schema, folder: join(PRISMA, schema) });
    if (sql) found[schema] = sql;
  }
  return found;
}

async function refuseUnfit(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ version: string; commit_times: string }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('track_commit_timestamp') AS commit_times`,
  );
  const fault = unfitness({ version: Number(rows[0]!.version), commitTimes: rows[0]!.commit_times === 'on' });
  if (fault) throw new Error(fault);
}

/** Why a server cannot carry this version; null when it can. `version` as in `server_version_num`. */
export function unfitness({ version, commitTimes }: { version: number; commitTimes: boolean }): string | null {
  if (version < OLDEST_POSTGRESQL) return `PostgreSQL ${Math.floor(version / 10_000)} is too old: this version needs PostgreSQL 18 or newer.`;
  return commitTimes ? null : 'PostgreSQL must run with track_commit_timestamp=on: subscriptions report the time of the commit.';
}

async function migrateQueues(owner: pg.Client): Promise<void> {
  await runMigrations(owner, 'jobs');
  await owner.query('RESET search_path');
  await owner.query(`
    GRANT USAGE, CREATE ON SCHEMA jobs TO stromgraph_queues; -- BullMQ makes a sequence for each queue it meets
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO stromgraph_queues;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA jobs TO stromgraph_queues;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO stromgraph_queues;
    -- It creates a queue's sequence at first use: as the owner, so that every role may draw from it and none may create anything else.
    ALTER FUNCTION jobs.next_job_id(text) SECURITY DEFINER SET search_path = jobs, pg_temp;`);
}

if (import.meta.main) {
  const url = process.argv[2] ?? process.env.DATABASE_URL;
  if (!url) {
    console.error('Say which database: node scripts/migrate.ts <url>, or DATABASE_URL.');
    process.exit(2);
  }
  try {
    const applied = await migrate(url, process.env.STROMGRAPH_TENANT ?? 'demo', console.log);
    const differences = await findDrift(url);
    for (const [schema, sql] of Object.entries(differences)) console.error(`${schema} differs from its schema.prisma:\n${sql}`);
    console.log(`${applied.length} migrations applied`);
    process.exitCode = Object.keys(differences).length > 0 ? 1 : 0;
  } catch (error) {
    console.error(`migration failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

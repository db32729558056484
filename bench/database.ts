// A PostgreSQL of the bench's own, as durable as `npm start` runs it, migrated, with the addresses that domains connect by.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../scripts/migrate.ts';
import { endForgottenPostgres, startPostgres } from '../scripts/postgres.ts';

export type BenchDatabase = Readonly<{
  url: string;
  owner: pg.Client;
  version: string;
  /** STROMGRAPH_CONNECTIONS and what else a domain needs to open its runtime. */
  env: Record<string, string>;
  stop: () => Promise<void>;
}>;

export async function startBenchDatabase(secret: string): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'stromgraph-bench-'));
  chmodSync(directory, 0o755); // as root, PostgreSQL runs as somebody else
  try {
    return await open(directory, secret);
  } catch (error) {
    await endForgottenPostgres(directory);
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function open(directory: string, secret: string): Promise<BenchDatabase> {
  const postgres = await startPostgres({ directory, durability: 'durable' });
  const url = postgres.url('demo');
  const admin = new pg.Client(postgres.url('postgres'));
  await admin.connect();
  await admin.query('CREATE DATABASE demo');
  await admin.end();
  await migrate(url, 'demo');
  const owner = new pg.Client(url);
  await owner.connect();
  const { rows } = await owner.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  return {
    url,
    owner,
    version: rows[0]!.version,
    env: {
      STROMGRAPH_CONNECTIONS: JSON.stringify({ demo: await connections(owner, url) }),
      STROMGRAPH_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
      STROMGRAPH_GATEWAY_SECRET: secret,
    },
    stop: async () => {
      await owner.end();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function connections(owner: pg.Client, url: string): Promise<Record<string, { staff: string; own: string | null }>> {
  const { rows } = await owner.query<{ domain: string; kind: string; role_name: string; password: string }>('SELECT domain, kind, role_name, password FROM platform.role_credential');
  const addressOf = (domain: string, kind: string) => {
    const role = rows.find((row) => row.domain === domain && row.kind === kind);
    return role ? Object.assign(new URL(url), { username: role.role_name, password: role.password }).toString() : null;
  };
  return Object.fromEntries([...new Set(rows.map(({ domain }) => domain))].map((domain) => [domain, { staff: addressOf(domain, domain === 'relay' ? 'relay' : 'staff')!, own: addressOf(domain, 'own') }]));
}

// The demo portfolio, customers and quarter hours a second, against the bare append of the rows that it leaves.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { seedDemo } from '@stromgraph/demo/seed';
import { parseKeyring } from '@stromgraph/kernel/seal';
import { migrate } from '../scripts/migrate.ts';
import { startPostgres } from '../scripts/postgres.ts';
import { median } from './statistics.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const CUSTOMERS = Number(process.env.BENCH_CUSTOMERS ?? 500);
const DAYS = Number(process.env.BENCH_DAYS ?? 60);
const TODAY = '2026-11-24';
const TEMPLATE = 'migrated';

const directory = mkdtempSync(join(tmpdir(), 'stromgraph-bench-'));
chmodSync(directory, 0o755); // as root, PostgreSQL runs as somebody else
const postgres = await startPostgres({ directory, durability: 'durable' });
const admin = new pg.Client(postgres.url('postgres'));
try {
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(postgres.url(TEMPLATE), 'demo');
  const [seeds, appends]: [number[], number[]] = [[], []];
  let left = { rows: 0, intervals: 0 };
  for (let run = 0; run <= RUNS; run += 1) {
    const { seedMs, appendMs, ...counted } = await measure(`run_${run}`);
    left = counted;
    if (run === 0) continue; // everything warm before anything counts
    seeds.push(seedMs);
    appends.push(appendMs);
  }
  const [seedMs, appendMs] = [median(seeds), median(appends)];
  console.log(`${CUSTOMERS} customers, ${DAYS} days of quarter hours: ${left.rows.toLocaleString('en')} rows, ${left.intervals.toLocaleString('en')} of them quarter hours; fsync on; medians of ${RUNS} runs`);
  console.log('| | ms | rows/s |\n|---|---|---|');
  for (const [name, ms] of [['seedDemo', seedMs], ['bare append of the same rows, one connection', appendMs]] as const) console.log(`| ${name} | ${Math.round(ms).toLocaleString('en')} | ${Math.round((left.rows * 1_000) / ms).toLocaleString('en')} |`);
  console.log(`ratio ${(appendMs / seedMs).toFixed(2)}`);
} finally {
  await admin.end();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function measure(name: string): Promise<{ seedMs: number; appendMs: number; rows: number; intervals: number }> {
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`);
  const owner = new pg.Client(postgres.url(name));
  await owner.connect();
  await owner.query(`UPDATE platform.clock SET mode = 'STANDING', stands_at = '${TODAY}T09:00:00Z'`);
  const { rows } = await owner.query<{ domain: string; role_name: string; password: string }>(`SELECT domain, role_name, password FROM platform.role_credential WHERE kind = 'staff'`);
  const connections = Object.fromEntries(rows.map(({ domain, role_name, password }) => [domain, { staff: Object.assign(new URL(postgres.url(name)), { username: role_name, password }).toString(), own: null }]));
  const seedMs = await timed(() => seedDemo({ ownerUrl: postgres.url(name), connections, tenant: 'demo', customers: CUSTOMERS, days: DAYS, keyring: parseKeyring(`1:${Buffer.alloc(32, 7).toString('base64')}`), today: TODAY, say: () => {} }));
  const { rows: tables } = await owner.query<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('pricing', 'contracts', 'customers', 'metering', 'energy', 'billing', 'messaging')`);
  await owner.query('CREATE SCHEMA bare');
  for (const [nth, table] of tables.entries()) await owner.query(`CREATE TABLE bare.t${nth} AS SELECT * FROM ${table.name} LIMIT 0`);
  let appended = 0;
  const appendMs = await timed(async () => {
    for (const [nth, table] of tables.entries()) appended += (await owner.query(`INSERT INTO bare.t${nth} SELECT * FROM ${table.name}`)).rowCount ?? 0;
  });
  const { rows: counted } = await owner.query<{ n: number }>('SELECT count(*)::int AS n FROM metering.interval');
  await owner.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  return { seedMs, appendMs, rows: appended, intervals: counted[0]!.n };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

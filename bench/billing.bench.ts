// Invoices per second of a billing run over contracts with daily usage, against the bare append of the rows it writes.
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDb } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { billChunk } from '@stromgraph/billing/actions/bill-chunk';
import { CHUNK_SIZE } from '@stromgraph/billing/store/runs';
import { startPostgres } from '../scripts/postgres.ts';
import { migrate } from '../scripts/migrate.ts';

const CONTRACTS = Number(process.env.BENCH_CONTRACTS ?? 5_000);
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const WORKERS = 2;
const WRITTEN = ['invoice', 'invoice_line_item', 'ledger_entry', 'outbox', 'billing_run_contract'];

const directory = mkdtempSync(join(tmpdir(), 'stromgraph-bench-'));
chmodSync(directory, 0o755);
const postgres = await startPostgres({ directory, durability: 'durable' });
const owner = new pg.Client(postgres.url('postgres'));
try {
  await owner.connect();
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < RUNS + 1; run++) {
    const [took, reference] = await measure(`b${run}`);
    if (run === 0) continue; // everything warm before anything counts
    ours.push(took);
    bare.push(reference);
  }
  const [a, b] = [median(ours), median(bare)];
  const { rows } = await owner.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  console.log(`billing run: ${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, PostgreSQL ${rows[0]!.version}, fsync on`);
  console.log(`${CONTRACTS} contracts × 31 days, chunks of ${CHUNK_SIZE}, ${WORKERS} workers, medians of ${RUNS} runs`);
  console.log('| | invoices/s | ms each |\n|---|---|---|');
  for (const [name, ms] of [['billing run: rate, number, book, publish', a], ['bare append of the same rows', b]] as const) console.log(`| ${name} | ${Math.round((CONTRACTS / ms) * 1000).toLocaleString('en')} | ${(ms / CONTRACTS).toFixed(3)} |`);
  console.log(`ratio ${(b / a).toFixed(2)}`);
} finally {
  await owner.end();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function measure(name: string): Promise<[number, number]> {
  await owner.query(`CREATE DATABASE ${name}`);
  await migrate(postgres.url(name), 'demo');
  const client = new pg.Client(postgres.url(name));
  await client.connect();
  const runId = newId();
  await prepare(client, runId);
  const db = openDb({ url: postgres.url(name), domain: 'billing', tenant: 'demo', maxConnections: WORKERS });
  const chunks = Array.from({ length: Math.ceil(CONTRACTS / CHUNK_SIZE) }, (_, chunk) => chunk);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: WORKERS }, async () => { for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await billChunk(db, { runId, chunk }); }));
  const took = performance.now() - startedAt;
  await db.close();
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM billing.invoice`);
  if (rows[0]!.n !== CONTRACTS) throw new Error(`${rows[0]!.n} invoices instead of ${CONTRACTS}`);
  for (const table of WRITTEN) await client.query(`CREATE TABLE bare_${table} AS SELECT * FROM billing.${table} LIMIT 0`);
  const bareAt = performance.now();
  await client.query('BEGIN');
  for (const table of WRITTEN) await client.query(`INSERT INTO bare_${table} SELECT * FROM billing.${table}`);
  await client.query('COMMIT');
  const reference = performance.now() - bareAt;
  await client.end();
  await owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
  return [took, reference];
}

async function prepare(client: pg.Client, runId: string): Promise<void> {
  await client.query(`
    INSERT INTO billing.contract_cache SELECT uuidv7(), 'V-' || n, uuidv7(), uuidv7(), uuidv7(), 'T', '41373559241', 'H25', 'INTERVAL', '2025-01-01', NULL, true, 'MONTHLY', 'TRANSFER', 3500000, 'NONE', 0, 14, 1900 FROM generate_series(1, ${CONTRACTS}) n;
    INSERT INTO billing.contract_price SELECT contract_id, start_on, campaign_id, '{"kind":"FLAT"}', 31.27, 11.9, 0.5, 50, 8.5, 5 FROM billing.contract_cache;
    INSERT INTO billing.usage SELECT contract_id, day, 'ALL', 9000 + (random() * 2000)::int, true, 1 FROM billing.contract_cache, generate_series('2026-10-01'::date, '2026-10-31', '1 day') day;
    INSERT INTO billing.billing_run (id, kind, from_on, until_on, dry_run, status, total, started_by, started_at) VALUES ('${runId}', 'MONTHLY', '2026-10-01', '2026-11-01', false, 'RUNNING', ${CONTRACTS}, 'bench', now());
    INSERT INTO billing.billing_run_contract (run_id, contract_id, chunk) SELECT '${runId}', contract_id, (row_number() OVER (ORDER BY contract_id) - 1) / ${CHUNK_SIZE} FROM billing.contract_cache;`);
  await client.query('VACUUM ANALYZE billing.contract_cache, billing.usage, billing.contract_price, billing.billing_run_contract');
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

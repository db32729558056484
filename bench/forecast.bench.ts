// How good our own day-ahead forecast is, beside the imported one, the load profiles and the same weekday before: a simulated history of the
// demo's size, day by day on the business clock, through the product's own reading, due rows and tables. Nothing is known before it was published.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beginForecasting } from '@stromgraph/energy/actions/begin-forecasting';
import { readMasterData, taking } from '@stromgraph/energy/actions/read-publications';
import { ENET } from '@stromgraph/energy/clients/enet';
import { dueHandlersWith } from '@stromgraph/energy/jobs/due';
import { openDataService } from '@stromgraph/kernel/data-service';
import { openDb, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { makeLog } from '@stromgraph/kernel/log';
import { readPublications } from '@stromgraph/kernel/read-publications';
import { addDays, atLocalTime } from '@stromgraph/kernel/time';
import { migrate } from '../scripts/migrate.ts';
import { startPostgres } from '../scripts/postgres.ts';
import { startEnet } from '../simulators/enet/server.ts';

const DAYS = Number(process.env.BENCH_DAYS ?? 180);
/** The first weeks teach only: what is measured begins after them. */
const LEARNING_DAYS = 42;
const FIRST_DAY = process.env.BENCH_FIRST_DAY ?? '2026-01-01';
const CONTRACTS_PER_AREA = 100;
/** When there is something to read, by the data service's timetable, and when something is due between. */
const MOMENTS = ['08:05', '09:00', '11:05', '12:05', '16:05'];
/** More contracts begin all the time: a fifth more in half a year. */
const GROWTH_PER_DAY = 0.001;

const directory = mkdtempSync(join(tmpdir(), 'stromgraph-bench-'));
chmodSync(directory, 0o755); // as root, PostgreSQL runs as somebody else
const postgres = await startPostgres({ directory, durability: 'throw-away' });
const owner = new pg.Client(postgres.url('postgres'));
const enet = await startEnet({ now: `${FIRST_DAY}T00:00:00Z` });
try {
  await owner.connect();
  await owner.query('CREATE DATABASE bench');
  await owner.end();
  await migrate(postgres.url('bench'), 'demo');
  await simulate();
} finally {
  await enet.stop();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function simulate(): Promise<void> {
  const admin = new pg.Client(postgres.url('bench'));
  await admin.connect();
  const { rows } = await admin.query<{ role_name: string; password: string }>(`SELECT role_name, password FROM platform.role_credential WHERE domain = 'energy' AND kind = 'staff'`);
  const url = Object.assign(new URL(postgres.url('bench')), { username: rows[0]!.role_name, password: rows[0]!.password }).toString();
  const db = openDb({ url, domain: 'energy', tenant: 'demo' });
  const log = makeLog('energy', 'error');
  const reading = { db, service: openDataService(ENET, enet.url), source: ENET, log };
  const moveTo = async (now: Date) => {
    await admin.query(`UPDATE platform.clock SET mode = 'STANDING', stands_at = $1`, [now]);
    await put('/_control', { now: now.toISOString(), running: false });
  };
  const handlers = dueHandlersWith({ checkEveryHours: 24 });
  await moveTo(atLocalTime(FIRST_DAY, '00:30'));
  await readMasterData(reading);
  await addPortfolio(admin);
  await transact(db, (tx) => beginForecasting(tx, atLocalTime(FIRST_DAY, '00:30')));
  const begun = performance.now();
  for (let nth = 0; nth < DAYS; nth += 1) {
    const day = addDays(FIRST_DAY, nth);
    await moveTo(atLocalTime(day, '07:00'));
    await reportPortfolio(admin, atLocalTime(day, '07:00'));
    for (const time of MOMENTS) {
      await moveTo(atLocalTime(day, time));
      await readPublications(reading, taking);
      await runDue(db, handlers, { keyring: null as never, log });
    }
  }
  console.log(`${DAYS} days from ${FIRST_DAY}, 5 areas of ${CONTRACTS_PER_AREA} contracts, ${GROWTH_PER_DAY * 1000} ‰ more every day; ${Math.round((performance.now() - begun) / 1_000)} s`);
  await printErrors(admin);
  await db.close();
  await admin.end();
}

/** Households, shops and farms; more of them begin through the whole history. */
async function addPortfolio(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ id: string }>('SELECT id FROM energy.grid_area ORDER BY code');
  for (const { id } of rows)
    await admin.query(
      `INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, confirmed_at)
       SELECT uuidv7(), $1, CASE WHEN n % 10 < 7 THEN 'H25' WHEN n % 10 < 9 THEN 'G25' ELSE 'L25' END, 'PROFILE', 1500000 + n * 37813 % 4000000, s.day, s.day - 20
       FROM generate_series(1, $2::int + ($2 * $3::numeric * $4)::int) n CROSS JOIN LATERAL (SELECT CASE WHEN n <= $2 THEN $5::date - 400 ELSE $5::date + ((n - $2) / ($2 * $3))::int END AS day) s`,
      [id, CONTRACTS_PER_AREA, GROWTH_PER_DAY, DAYS, FIRST_DAY],
    );
}

/** As retailers do: what is supplied on the next day. */
async function reportPortfolio(admin: pg.Client, asOf: Date): Promise<void> {
  const { rows } = await admin.query<{ code: string; kwh: Record<string, number> }>(
    `SELECT a.code, jsonb_object_agg(s.profile, s.kwh) AS kwh FROM energy.grid_area a JOIN (
       SELECT grid_area_id, profile, sum(expected_watt_hours) / 1000 AS kwh FROM energy.supply_contract WHERE start_on <= ($1::timestamptz AT TIME ZONE 'Europe/Berlin')::date + 1 GROUP BY 1, 2) s ON s.grid_area_id = a.id GROUP BY 1`,
    [asOf],
  );
  for (const { code, kwh } of rows) await put(`/v1/portfolios/${code}`, { asOf: asOf.toISOString(), kwhPerYear: kwh });
}

async function printErrors(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<Record<string, string>>(
    `SELECT e.horizon || CASE WHEN e.own THEN ' (own)' ELSE '' END AS forecast, count(*) AS days,
       round(avg(e.mape_percent), 2) AS mape, round(avg(e.profile_mape_percent), 2) AS profile, round(avg(e.persistence_mape_percent), 2) AS persistence,
       round(100 * sum(e.bias_watt_hours) / sum(e.actual_watt_hours), 2) AS bias, round(100 * sum(e.profile_bias_watt_hours) / sum(e.actual_watt_hours), 2) AS profile_bias,
       round(100.0 * count(*) FILTER (WHERE e.mape_percent < e.profile_mape_percent) / count(*)) AS better
     FROM (SELECT DISTINCT ON (grid_area_id, delivery_day, horizon, own) * FROM energy.forecast_error WHERE delivery_day >= $1::date ORDER BY grid_area_id, delivery_day, horizon, own, version DESC) e
     GROUP BY e.horizon, e.own ORDER BY e.horizon, e.own`,
    [addDays(FIRST_DAY, LEARNING_DAYS)],
  );
  console.log('| forecast | days × areas | MAPE % | profiles % | same weekday before % | bias % | bias of profiles % | days better than profiles % |\n|---|---|---|---|---|---|---|---|');
  for (const row of rows) console.log(`| ${['forecast', 'days', 'mape', 'profile', 'persistence', 'bias', 'profile_bias', 'better'].map((name) => row[name]).join(' | ')} |`);
}

async function put(path: string, body: object): Promise<void> {
  const response = await fetch(enet.url + path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
}

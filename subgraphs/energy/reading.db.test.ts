// When the data service is read, and what is told when something does not come: on business time, with the service's simulator.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataService } from '@stromgraph/kernel/data-service';
import { type Db, transact } from '@stromgraph/kernel/database';
import { makeLog } from '@stromgraph/kernel/log';
import { READ_PUBLICATIONS, readPublications, type Reading } from '@stromgraph/kernel/read-publications';
import { startEnet } from '../../simulators/enet/server.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { readMasterData, taking } from './actions/read-publications.ts';
import { WATCH_SERIES, watchDueHandlers } from './actions/watch-series.ts';
import { ENET } from './clients/enet.ts';

let database: TestDatabase;
let db: Db;
let enet: Awaited<ReturnType<typeof startEnet>>;
let reading: Reading;

beforeAll(async () => {
  database = await testDatabase();
  enet = await startEnet();
  db = await database.open('energy');
  reading = { db, service: openDataService(ENET, enet.url), source: ENET, log: makeLog('energy', 'silent') };
  await moveTo('2026-11-24T03:00:00Z');
  await readMasterData(reading);
  await readPublications(reading, taking);
});
afterAll(async () => {
  await enet.stop();
  await database.drop();
});

const control = (change: object) => fetch(`${enet.url}/_control`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) });
async function moveTo(now: string): Promise<void> {
  await database.setClock(now);
  await control({ now, running: false });
}
const dueAt = async (kind: string, subject: string) => (await db.query<{ due_at: Date }>('SELECT due_at FROM energy.due WHERE kind = $1 AND subject = $2', [kind, subject])).rows[0]?.due_at.toISOString();
const cursor = async () => (await db.query('SELECT * FROM energy.publication_cursor')).rows[0] as { position: bigint; failures: number; retry_at: Date | null };
const alerts = async () => (await db.query(`SELECT kind, subject, severity, cleared_at IS NOT NULL AS cleared FROM energy.alert ORDER BY raised_at, subject`)).rows;

/** Goes to the next moment at which a reading is due, and reads. */
async function nextReading(): Promise<string> {
  const at = (await dueAt(READ_PUBLICATIONS, ENET))!;
  await moveTo(at);
  await readPublications(reading, taking);
  return at;
}

test('it is read at the moments that it announces, and never in vain', async () => {
  const moments: string[] = [];
  while ((await dueAt(READ_PUBLICATIONS, ENET))! < '2026-11-28T00:00:00.000Z') {
    const { position } = await cursor();
    moments.push(await nextReading());
    expect((await cursor()).position, moments.at(-1)!).toBeGreaterThan(position);
  }
  expect(moments[0]).toBe('2026-11-24T07:00:00.000Z');
  expect(moments).toContain('2026-11-24T11:00:00.000Z');
  expect(new Set(moments).size).toBe(moments.length);
  expect(moments.length).toBeGreaterThan(10);
  expect(await alerts()).toEqual([]);
});

test('imbalance prices come as estimates of the days that are over, each with as many values as its day has quarter hours', async () => {
  const { rows } = await db.query<{ delivery_day: string; final: boolean; values: number }>('SELECT delivery_day, final, cardinality(eur_per_mwh) AS values FROM energy.imbalance_price WHERE version = 1 ORDER BY 1');
  expect(rows.length).toBeGreaterThan(14);
  expect(rows.at(-1)).toEqual({ delivery_day: '2026-11-26', final: false, values: 96 });
});

test('what does not come in time is told once, asked for again, and told to be over', async () => {
  await moveTo('2026-12-01T06:00:00Z');
  await readPublications(reading, taking);
  await control({ lateMinutes: 100, lateKinds: ['DAY_AHEAD_FORECAST'] });
  expect(await dueAt(WATCH_SERIES, 'ENET DAY_AHEAD_FORECAST')).toBe('2026-12-01T07:15:00.000Z');
  expect(await nextReading()).toBe('2026-12-01T07:00:00.000Z');
  expect(await alerts()).toEqual([]);
  const tries: string[] = [];
  while ((await dueAt(READ_PUBLICATIONS, ENET))! <= '2026-12-01T08:40:00.000Z') tries.push(await nextReading());
  expect(tries.slice(0, 6).map((at) => at.slice(11, 16))).toEqual(['07:01', '07:02', '07:04', '07:08', '07:16', '07:31']);
  const told = { kind: 'DATA_STALE', subject: 'ENET DAY_AHEAD_FORECAST', severity: 'WARNING' };
  expect(await alerts()).toEqual([{ ...told, cleared: false }]);
  await moveTo('2026-12-01T08:46:00Z');
  await readPublications(reading, taking);
  expect(await alerts()).toEqual([{ ...told, cleared: true }]);
  await control({ lateMinutes: 0, lateKinds: null });
});

test('a watch that falls due between two readings tells it too', async () => {
  await moveTo('2026-12-02T06:00:00Z');
  await readPublications(reading, taking);
  await moveTo('2026-12-02T07:15:00Z');
  await transact(db, (tx) => watchDueHandlers[WATCH_SERIES]!(tx, { subject: 'ENET DAY_AHEAD_FORECAST', dueAt: new Date() }, { keyring: null as never, log: reading.log }));
  expect((await alerts()).filter(({ cleared }) => !cleared)).toMatchObject([{ subject: 'ENET DAY_AHEAD_FORECAST' }]);
  await readPublications(reading, taking);
  expect((await alerts()).filter(({ cleared }) => !cleared)).toEqual([]);
});

test('a service that fails is asked again with growing pauses; after six hours somebody is told, and it is asked on', async () => {
  await moveTo('2026-12-03T06:00:00Z');
  await readPublications(reading, taking);
  await control({ fail: { status: 503 } });
  const begun = await nextReading();
  const pauses: number[] = [];
  for (let last = begun; Date.parse(last) - Date.parse(begun) < 6 * 3_600_000; ) {
    const next = await nextReading();
    pauses.push((Date.parse(next) - Date.parse(last)) / 1_000);
    last = next;
  }
  expect(Math.min(...pauses.slice(0, 1))).toBeLessThanOrEqual(1);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(900);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(450);
  expect((await alerts()).filter(({ cleared }) => !cleared)).toMatchObject([{ kind: 'DATA_STALE', subject: 'ENET', severity: 'CRITICAL' }]);
  await control({ fail: null });
  await nextReading();
  expect((await alerts()).filter(({ cleared }) => !cleared)).toEqual([]);
  expect(await cursor()).toMatchObject({ failures: 0, retry_at: null });
});

test.each([
  ['a series is read no earlier than it was published', `UPDATE energy.data_series SET published_at = '2027-01-01', read_at = '2026-12-31'`, '23514', 'data_series_check'],
  ['a series has both or neither', `UPDATE energy.data_series SET published_at = NULL WHERE read_at IS NOT NULL`, '23514', 'series_are_read_as_published'],
  ['a series is named as kinds are', `INSERT INTO energy.data_series VALUES ('ENET', 'day ahead')`, '23514', 'data_series_kind_check'],
  ['a series belongs to a source that is read', `INSERT INTO energy.data_series VALUES ('DSO', 'ACTUALS')`, '23503', 'data_series_source_fkey'],
])('%s', async (_, statement, code, constraint) => {
  await expect(database.owner.query(statement)).rejects.toMatchObject({ code, constraint });
});

test('a reading of the profiles that was broken off goes on where it ended', async () => {
  const young = await testDatabase();
  let broken: string | null = '/v1/load-profiles/G25';
  const between = createServer(async ({ url }, response) => {
    if (broken !== null && url!.startsWith(broken)) return response.destroy();
    const answer = await fetch(enet.url + url!);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  try {
    await young.setClock('2026-12-15T12:00:00Z');
    const first = { ...reading, db: await young.open('energy'), service: openDataService(ENET, `http://127.0.0.1:${(between.address() as AddressInfo).port}`) };
    const known = async () => (await first.db.query<{ code: string }>('SELECT DISTINCT code FROM energy.load_profile ORDER BY 1')).rows.map(({ code }) => code);
    await expect(readMasterData(first)).rejects.toThrow();
    expect(await known()).toEqual(['H25']);
    broken = null;
    await readMasterData(first);
    expect(await known()).toEqual((await (await fetch(`${enet.url}/v1/load-profiles`)).json()).profiles.toSorted());
  } finally {
    between.close();
    await young.drop();
  }
});

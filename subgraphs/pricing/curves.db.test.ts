// Curves as the data service publishes them: a version each, kept for ever, told with all their prices.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataService, openDataService } from '@stromgraph/kernel/data-service';
import type { Db } from '@stromgraph/kernel/database';
import { makeLog } from '@stromgraph/kernel/log';
import { readPublications, type Reading } from '@stromgraph/kernel/read-publications';
import { isProblem } from '@stromgraph/kernel/problem';
import { addDays } from '@stromgraph/kernel/time';
import { startEnet } from '../../simulators/enet/server.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { readMasterData, taking } from './actions/read-publications.ts';
import { readCurve } from './clients/enet.ts';

const NOW = '2026-10-20T09:00:00Z';
let database: TestDatabase;
let db: Db;
let enet: Awaited<ReturnType<typeof startEnet>>;
let reading: Reading;
const logged: object[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(NOW);
  enet = await startEnet({ now: NOW });
  db = await database.open('pricing');
  const log = makeLog('pricing', 'silent');
  reading = { db, service: openDataService('ENET', enet.url), source: 'ENET', log: Object.assign(Object.create(log), { error: (facts: object) => logged.push(facts) }) };
});
afterAll(async () => {
  await enet.stop();
  await database.drop();
});

const curves = async () => (await db.query(`SELECT trading_day, version, from_day, until_day, (SELECT count(*)::int FROM pricing.hpfc_day d WHERE d.hpfc_id = c.id) AS days, id FROM pricing.hpfc c ORDER BY 1, 2`)).rows;
const told = async (type: string) => (await database.owner.query(`SELECT payload FROM pricing.outbox WHERE type = $1 ORDER BY position`, [type])).rows.map(({ payload }) => payload);

test('the newest curve is read at the first contact, and told with every price', async () => {
  await readMasterData(reading);
  await readMasterData(reading);
  const [curve, ...others] = await curves();
  expect(others).toEqual([]);
  expect(curve).toMatchObject({ version: 1, from_day: '2026-10-20', until_day: addDays('2026-10-20', 400), days: 400 });
  expect(await told('pricing.CurvePublished')).toMatchObject([{ curveId: curve!['id'], version: 1, from: '2026-10-20', minutes: 60 }]);
  const days = (await told('pricing.CurvePricesPublished')).flatMap((part) => part.days as { day: string; eurPerMwh: string[] }[]);
  expect(days).toHaveLength(400);
  const published = (await (await fetch(`${enet.url}/v1/curves/hpfc?from=2026-10-20&until=${addDays('2026-10-20', 400)}`)).json()) as { prices: string[] };
  expect(days.flatMap(({ eurPerMwh }) => eurPerMwh)).toEqual(published.prices);
  expect(days.filter(({ eurPerMwh }) => eurPerMwh.length !== 24).map(({ day, eurPerMwh }) => [day, eurPerMwh.length])).toEqual([['2026-10-25', 25], ['2027-03-28', 23], ['2027-10-31', 25]]);
});

test('each publication is a version of its own; reading it again changes nothing', async () => {
  await readPublications(reading, taking);
  const before = await curves();
  await fetch(`${enet.url}/_publish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'HPFC', factor: 1.1 }) });
  await readPublications(reading, taking);
  const after = await curves();
  expect(after.length).toBe(before.length + 1);
  await db.query('UPDATE pricing.publication_cursor SET position = 0');
  await readPublications(reading, taking);
  expect(await curves()).toEqual(after);
});

test.each([
  ['a price too many', { prices: Array(25).fill('80') }, 'has not as many prices'],
  ['a price too few', { prices: Array(23).fill('80') }, 'has not as many prices'],
  ['a price that is none', { prices: [...Array(23).fill('80'), 'free'] }, 'prices.23'],
  ['another unit', { unit: 'ct/kWh' }, 'unit'],
  ['half hours', { resolution: 'PT30M' }, 'resolution'],
])('a curve with %s makes no sense', async (_, change, message) => {
  const body = { curveDay: '2026-10-20', version: 9, publishedAt: '2026-10-20T16:00:00Z', from: '2026-10-20', until: '2026-10-21', resolution: 'PT60M', unit: 'EUR/MWh', prices: Array(24).fill('80'), ...change };
  const served = await fetch(`data:application/json,${encodeURIComponent(JSON.stringify(body))}`).then((answer) => answer.json());
  const service = { get: (href: string, schema: Parameters<DataService['get']>[1]) => openDataService('ENET', `data:application/json,${encodeURIComponent(JSON.stringify(served))}#`).get(href, schema) } as DataService;
  const outcome = await readCurve(service, '/v1/curves/hpfc');
  expect(isProblem(outcome) && outcome.message).toContain(message);
});

const CURVE = '01930000-0000-7000-8000-00000000c001';
const header = `INSERT INTO pricing.hpfc VALUES ('${CURVE}', '2026-01-01', 1, 'FILE', '2026-01-01', '2026-01-01', '2026-01-02', '2026-01-04', 60)`;
const day = (on: string, count: number) => `INSERT INTO pricing.hpfc_day VALUES ('${CURVE}', '${on}', 60, array_fill(80::numeric, ARRAY[${count}]))`;
test.each([
  ['a curve with a day missing', `${header}; ${day('2026-01-02', 24)}`, '23514', 'curves_have_no_gap'],
  ['a day with an hour missing', `${header}; ${day('2026-01-02', 23)}`, '23514', 'curve_days_are_whole'],
  ['a day of other steps than its curve', `${header}; INSERT INTO pricing.hpfc_day VALUES ('${CURVE}', '2026-01-02', 15, array_fill(80::numeric, ARRAY[96]))`, '23503', 'curve_day_of_its_curve'],
  ['a curve of no days', header.replace(`'2026-01-02'`, `'2026-01-04'`), '23514', 'curve_has_days'],
  ['a version that is known', `INSERT INTO pricing.hpfc SELECT '${CURVE}', trading_day, version, source, published_at, imported_at, from_day, until_day, minutes FROM pricing.hpfc LIMIT 1`, '23505', 'a_curve_has_a_version_once'],
])('%s is refused by the database', async (_, statements, code, constraint) => {
  await expect(database.owner.query(statements)).rejects.toMatchObject({ code, constraint }); // one implicit transaction
});

test.each(['hpfc', 'hpfc_day'])('%s only grows', async (table) => {
  for (const statement of [`DELETE FROM pricing.${table}`, `UPDATE pricing.${table} SET minutes = 15`]) {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001' });
  }
});

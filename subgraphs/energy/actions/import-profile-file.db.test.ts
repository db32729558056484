// A file of seasonal profiles becomes versions in the database, and moves the positions of contracts that wait for such a profile.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { isProblem } from '@stromgraph/kernel/problem';
import { transact } from '@stromgraph/kernel/database';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { addContracts } from './add-contracts.ts';
import { importProfileFile } from './import-profile-file.ts';
import { periodOf } from '../profiles/season.ts';

const NORD = '11YSTROM-NORD--9';
let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-03-19T09:00:00Z'); // winter ends with the 20th
  db = await database.open('energy');
});
afterAll(() => database.drop());

const clock = (slot: number) => `${String(Math.floor(slot / 4)).padStart(2, '0')}:${String((slot % 4) * 15).padStart(2, '0')}:00`;
const file = (winter: string) =>
  [',period,weekday,g0,g1', ...['summer', 'winter', 'transition'].flatMap((season) => [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => Array.from({ length: 96 }, (_, slot) => `2007-01-0${weekday} ${clock(slot)},${season},${weekday},0.4,${season === 'winter' ? winter : '0.2'}`)))].join('\n');
const importFile = (winter: string) => importProfileFile(db, { name: 'selp', year: 2026, text: file(winter) });
const demands = async () => (await db.query<{ day: string; wh: bigint }>(`SELECT (start_at AT TIME ZONE 'Europe/Berlin')::date AS day, max(demand_watt_hours) AS wh FROM energy.current_position GROUP BY 1 ORDER BY 1`)).rows.map(({ day, wh }) => [day, Number(wh)]);

test('profiles of a file count from then on, each season on its days; the same file again changes nothing', async () => {
  const contract = { contractId: newId(), gridAreaId: idOf('grid-area', NORD), gridAreaCode: NORD, profile: 'G1', meteringKind: 'PROFILE', expectedWattHours: '1000000', startOn: '2026-01-01', endOn: null, confirmedAt: '2025-12-01T00:00:00Z' };
  await transact(db, (tx) => addContracts(tx, [contract]));
  expect(new Set((await demands()).map(([, wh]) => wh))).toEqual(new Set([0]));
  expect(await importFile('0.1')).toEqual([{ code: 'G0', version: 1, known: false }, { code: 'G1', version: 1, known: false }]);
  // 0.1 kW of 1,000 kWh a year are 25 watt-hours in a quarter hour of this contract.
  expect(await demands()).toEqual([['2026-03-19', 25], ['2026-03-20', 25], ['2026-03-21', 50], ['2026-03-22', 50]]);
  expect(await importFile('0.1')).toMatchObject([{ known: true }, { known: true }]);
  expect(await importFile('0.3')).toEqual([{ code: 'G0', version: 1, known: true }, { code: 'G1', version: 2, known: false }]);
  expect((await demands())[0]).toEqual(['2026-03-19', 75]);
  expect((await db.query(`SELECT DISTINCT source, seasonal FROM energy.load_profile`)).rows).toEqual([{ source: 'FILE', seasonal: true }]);
});

test('a file that is cut off stores nothing', async () => {
  const before = (await db.query('SELECT FROM energy.load_profile')).rowCount;
  const outcome = await importProfileFile(db, { name: 'selp', year: 2027, text: file('0.1').slice(0, -200) });
  expect(isProblem(outcome) && outcome.problem).toBe('ProfileFileInvalid');
  expect((await db.query('SELECT FROM energy.load_profile')).rowCount).toBe(before);
});

test('the database puts every day into the same season and month', async () => {
  const { rows } = await db.query<{ day: string; season: number; month: number }>(`SELECT d::date AS day, energy.profile_period(true, d::date) AS season, energy.profile_period(false, d::date) AS month FROM generate_series(date '2027-07-01', '2028-06-30', '1 day') d`);
  expect(rows).toHaveLength(366);
  for (const { day, season, month } of rows) expect([season, month], day).toEqual([periodOf(true, day), periodOf(false, day)]);
});

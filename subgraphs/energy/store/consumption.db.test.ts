// What a customer with several meters used, for profit and loss and the reports of balancing groups alike.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { addContracts } from '../actions/add-contracts.ts';
import { importLoadProfile } from '../actions/import-load-profile.ts';
import { takeMeteredDays } from '../actions/take-actuals.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { gridAreasById } from './grid-areas.ts';
import { sumsOfMonth } from './mabis-sums.ts';
import { profitLossFigures } from './profit-loss-figures.ts';

const CODE = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', CODE);
const [GROUP, CONTRACT, ONE, OTHER] = Array.from({ length: 4 }, () => newId()) as [string, string, string, string];
const BY_PROFILE = 1_000n;
let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock('2026-11-02T09:00:00Z');
  db = await database.open('energy');
  await importLoadProfile(db, {
    code: 'G25', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'),
    values: Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '25' })))).flat(),
  });
  await transact(db, (tx) => addContracts(tx, [{ contractId: CONTRACT, gridAreaId: AREA, gridAreaCode: CODE, profile: 'G25', meteringKind: 'INTERVAL', expectedWattHours: '40000000', startOn: '2026-01-01', endOn: null, confirmedAt: '2025-12-01T10:00:00Z' }]));
  await database.owner.query(`INSERT INTO energy.balancing_group VALUES ('${GROUP}', '11XSTROMGRAPH--B', '9999000900024', '9999000300018', true, '2026-01-01')`);
});
afterAll(() => database.drop());

const measured = (meterId: string, day: string, of: (quarter: number) => number | null, more: { obis?: string; doubted?: boolean; missing?: number[]; version?: number } = {}) => ({ meterId, contractId: CONTRACT, obis: '1-0:1.29.0', version: 1, day, wattHours: quarterHoursOf(day).map((_, nth) => of(nth)), ...more });

test('beside a meter that is doubted the other one knows a part only: the share by profile counts until it is decided, and the report says so', async () => {
  await transact(db, (tx) => takeMeteredDays(tx, [
    measured(ONE, '2026-10-24', () => 100), measured(OTHER, '2026-10-24', () => 700),
    measured(ONE, '2026-10-25', () => 100), measured(OTHER, '2026-10-25', () => 900, { doubted: true }),
    // Exchanged at ten: what the old one measured is doubted.
    measured(ONE, '2026-10-26', (nth) => (nth < 40 ? 100 : null), { doubted: true }), measured(OTHER, '2026-10-26', (nth) => (nth < 40 ? null : 900)),
    // A counter says the same as the load profile above it; its doubts are none.
    measured(ONE, '2026-10-27', () => 100), measured(ONE, '2026-10-27', () => 7, { obis: '1-0:1.8.0', doubted: true }),
  ], new Date('2026-11-02')));
  const [area] = await gridAreasById(db, [AREA]);
  const { measured: series, missingDays, assumed } = await transact(db, (tx) => sumsOfMonth(tx, { groupId: GROUP, area: area!, month: '2026-10-01' }));
  const days = ['2026-10-24', '2026-10-25', '2026-10-26', '2026-10-27'];
  const expected = [
    Array.from({ length: 96 }, () => 800n), Array.from({ length: 100 }, () => BY_PROFILE), Array.from({ length: 96 }, (_, nth) => (nth < 40 ? BY_PROFILE : 900n)), Array.from({ length: 96 }, () => 100n),
  ];
  const at = (day: string) => (startOfDay(day).getTime() - startOfDay('2026-10-01').getTime()) / 900_000;
  expect(days.map((day, nth) => series.slice(at(day), at(day) + expected[nth]!.length))).toEqual(expected);
  expect({ missingDays, assumed }).toEqual({ missingDays: 29, assumed: (BigInt(27 * 96 + 100 + 40) * BY_PROFILE) });
  const figures = await transact(db, (tx) => profitLossFigures(tx, areaDaysOf([area!], days as never), '2026-11-02'));
  expect(figures.map(({ consumptionWattHours }) => consumptionWattHours)).toEqual(expected);
});

test('beside a meter that lacks a quarter hour the other one knows a part only, until it comes; where it did not hang nothing is missing', async () => {
  const [first, last] = [(nth: number) => nth < 40, (nth: number) => nth >= 40];
  const places = (isMissing: (nth: number) => boolean) => Array.from({ length: 96 }, (_, nth) => nth).filter(isMissing);
  await transact(db, (tx) => takeMeteredDays(tx, [
    // Nothing came of the other one; of the next day a part.
    measured(ONE, '2026-10-12', () => 100), measured(OTHER, '2026-10-12', () => null, { missing: places(() => true) }),
    measured(ONE, '2026-10-13', () => 100), measured(OTHER, '2026-10-13', (nth) => (first(nth) ? 700 : null), { missing: places(last) }),
    // One took the other's place.
    measured(ONE, '2026-10-14', (nth) => (first(nth) ? 100 : null)), measured(OTHER, '2026-10-14', (nth) => (last(nth) ? 700 : null)),
    // By tariffs nothing came, of the total above them everything.
    measured(ONE, '2026-10-15', () => 100), measured(ONE, '2026-10-15', () => null, { obis: '1-0:1.29.1', missing: places(() => true) }),
  ], new Date('2026-11-02')));
  const [area] = await gridAreasById(db, [AREA]);
  const days = ['2026-10-12', '2026-10-13', '2026-10-14', '2026-10-15'];
  const used = async () => (await transact(db, (tx) => profitLossFigures(tx, areaDaysOf([area!], days as never), '2026-11-02'))).map(({ consumptionWattHours }) => consumptionWattHours);
  const reported = async () => {
    const { measured: series, missingDays } = await transact(db, (tx) => sumsOfMonth(tx, { groupId: GROUP, area: area!, month: '2026-10-01' }));
    return { missingDays, series: days.map((day) => series.slice((startOfDay(day).getTime() - startOfDay('2026-10-01').getTime()) / 900_000).slice(0, 96)) };
  };
  const expected = [places(() => true).map(() => BY_PROFILE), places(() => true).map((nth) => (first(nth) ? 800n : BY_PROFILE)), places(() => true).map((nth) => (first(nth) ? 100n : 700n)), places(() => true).map(() => 100n)];
  expect(await used()).toEqual(expected);
  const before = await reported();
  expect(before.series).toEqual(expected);
  await transact(db, (tx) => takeMeteredDays(tx, [measured(OTHER, '2026-10-12', () => 700, { version: 2 })], new Date('2026-11-02')));
  expect((await used())[0]).toEqual(places(() => true).map(() => 800n));
  expect(before.missingDays - (await reported()).missingDays).toBe(1);
});

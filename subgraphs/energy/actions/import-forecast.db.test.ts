// Which forecast gives the demand, clause by clause: the shortest horizon, its newest version, contracts confirmed or ended after its cut-off, load profiles where there is none.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { addDays, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { openDaysOf } from '../positions/horizon.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { firstDayOf, type ForecastHorizon, type PublishedForecast, quarterHoursOn, valuesOf } from '../forecasts/forecast.ts';
import { comparePositions } from '../store/check-positions.ts';
import { findForecast } from '../store/forecasts.ts';
import { lockGridAreas } from '../store/grid-areas.ts';
import { positionPartsPage } from '../store/position-parts.ts';
import { positionsIn } from '../store/positions.ts';
import { addContracts } from './add-contracts.ts';
import { endContracts } from './end-contracts.ts';
import { importForecast } from './import-forecast.ts';
import { importLoadProfile } from './import-load-profile.ts';

const NORD = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', NORD);
const TODAY = '2026-10-23'; // a Friday; the clock changes on Sunday, the third open day
const [, TOMORROW, SUNDAY, MONDAY] = openDaysOf(TODAY) as [string, string, string, string];
/** A profile that gives every contract a millionth of its year, so that its part shows. */
const SHARE = 1_000_000n;
let database: TestDatabase;
let db: Db;
let position = 0n;

beforeEach(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await database.setClock(`${TODAY}T09:00:00Z`);
  const values = Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '1.000' })))).flat();
  await importLoadProfile(db, { code: 'FLAT', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'), values });
});
afterEach(() => database.drop());

const forecastOf = (horizon: ForecastHorizon, day: string, base: number, change: Partial<PublishedForecast> = {}): PublishedForecast => {
  const deliveryDay = firstDayOf(horizon, day);
  return {
    horizon, basis: 'SLP', gridAreaId: AREA, deliveryDay, version: 1, publishedAt: new Date(`${TODAY}T08:00:00Z`), cutOffAt: new Date(`${TODAY}T07:00:00Z`),
    wattHours: Array.from({ length: valuesOf({ horizon, deliveryDay }) }, (_, nth) => BigInt(base + nth)), ...change,
  };
};
const take = (forecast: PublishedForecast) => importForecast(db, { ...forecast, position: (position += 1n) });
const confirm = async (confirmedAt: string, expectedWattHours: bigint, change: object = {}) => {
  const contractId = newId();
  await transact(db, (tx) => addContracts(tx, [{ contractId, gridAreaId: AREA, gridAreaCode: NORD, profile: 'FLAT', meteringKind: 'PROFILE', expectedWattHours: String(expectedWattHours), startOn: '2026-01-01', endOn: null, confirmedAt, ...change }]));
  return contractId;
};
const end = (contractId: string, endOn: string, toldAt: string) => transact(db, (tx) => endContracts(tx, [{ contractId, endOn, toldAt }]));
const demandOn = async (day: string) => (await positionsIn(db, { gridAreaIds: [AREA], from: startOfDay(day), until: startOfDay(addDays(day, 1)) })).map(({ demandWattHours }) => demandWattHours);
/** What was kept up to date is what a calculation from nothing says. */
const differences = () => transact(db, async (tx) => (await comparePositions(tx, areaDaysOf(await lockGridAreas(tx, null), openDaysOf(TODAY)))).differing);

test('the newest version of the shortest horizon that covers a day gives its demand, the four quarters of an hour exactly the hour', async () => {
  await confirm('2025-12-01T10:00:00Z', 400n * SHARE);
  expect(new Set(await demandOn(TOMORROW))).toEqual(new Set([400n])); // no forecast: contracts by profile
  const [year, week, dayAhead, intraday] = (['YEAR_AHEAD', 'WEEK_AHEAD', 'DAY_AHEAD', 'INTRADAY'] as const).map((horizon, nth) => forecastOf(horizon, SUNDAY, (nth + 1) * 10_000));
  for (const forecast of [year!, week!, dayAhead!, intraday!]) {
    await take(forecast);
    expect(await demandOn(SUNDAY)).toEqual(quarterHoursOn(forecast, SUNDAY));
    expect((await findForecast(db, { gridAreaId: AREA, deliveryDay: SUNDAY, horizon: null, own: false, version: null }))!.horizon).toBe(forecast.horizon);
  }
  expect(await demandOn(SUNDAY)).toHaveLength(100);
  expect(await demandOn(TOMORROW)).toEqual(quarterHoursOn(week!, TOMORROW)); // covered by the week, not by the day
  expect(await demandOn(MONDAY)).toEqual(quarterHoursOn(year!, MONDAY)); // another week
  const better = forecastOf('INTRADAY', SUNDAY, 90_000, { version: 3 });
  await take(better);
  await take(forecastOf('INTRADAY', SUNDAY, 80_000, { version: 2 })); // late, and older
  await take(forecastOf('WEEK_AHEAD', SUNDAY, 70_000, { version: 2 })); // newer, and of a longer horizon
  expect(await demandOn(SUNDAY)).toEqual(quarterHoursOn(better, SUNDAY));
  expect(await differences()).toBe(0);
});

test('contracts confirmed after the cut-off are added, those ended after it are taken out, each from its day on', async () => {
  const known = await confirm('2026-10-01T10:00:00Z', 400n * SHARE);
  const fixedTerm = await confirm('2026-10-01T10:00:00Z', 50n * SHARE, { endOn: SUNDAY });
  await confirm(`${TODAY}T07:00:00.001Z`, 7n * SHARE, { startOn: TOMORROW });
  await confirm(`${TODAY}T07:00:00Z`, 1_000n * SHARE); // at the cut-off: in the forecast
  for (const day of [TODAY, TOMORROW, SUNDAY]) await take(forecastOf('DAY_AHEAD', day, 10_000));
  const added = async (day: string) => (await demandOn(day)).map((wattHours, nth) => wattHours - BigInt(10_000 + nth));
  expect([(await added(TODAY))[0], (await added(TOMORROW))[0], (await added(SUNDAY))[99]]).toEqual([0n, 7n, 7n]);
  expect(new Set(await demandOn(MONDAY))).toEqual(new Set([1_407n])); // no forecast: what is supplied then
  await end(known, TOMORROW, `${TODAY}T08:30:00Z`);
  expect([(await added(TODAY))[0], (await added(TOMORROW))[0], (await added(SUNDAY))[99], (await demandOn(MONDAY))[0]]).toEqual([0n, -393n, -393n, 1_007n]);
  await end(fixedTerm, addDays(SUNDAY, 5), `${TODAY}T08:40:00Z`); // goes on, unknown to the forecast
  expect([(await added(TOMORROW))[0], (await added(SUNDAY))[0], (await demandOn(MONDAY))[0]]).toEqual([-393n, -343n, 1_057n]);
  await end(known, TOMORROW, `${TODAY}T08:50:00Z`); // told twice
  await end(newId(), TOMORROW, `${TODAY}T08:50:00Z`); // nobody we know
  expect((await database.owner.query('SELECT count(*)::int AS ends FROM energy.supply_end')).rows[0]).toEqual({ ends: 2 });
  // A forecast with a later cut-off knows it all.
  await take(forecastOf('DAY_AHEAD', TOMORROW, 10_000, { version: 2, publishedAt: new Date(`${TODAY}T09:00:00Z`), cutOffAt: new Date(`${TODAY}T09:00:00Z`) }));
  expect(new Set(await added(TOMORROW))).toEqual(new Set([0n]));
  expect(await differences()).toBe(0);
});

test('a contract that never comes to supply is taken out of every day', async () => {
  const never = await confirm('2026-10-01T10:00:00Z', 400n * SHARE, { startOn: SUNDAY });
  expect((await demandOn(SUNDAY))[0]).toBe(400n);
  await end(never, '2026-10-02', `${TODAY}T08:30:00Z`);
  expect([(await demandOn(SUNDAY))[0], (await demandOn(MONDAY))[0]]).toEqual([0n, 0n]);
  expect(await differences()).toBe(0);
});

test('the parts of the demand name the forecast of each horizon and the contracts beside it, with their signs', async () => {
  const ended = await confirm('2026-10-01T10:00:00Z', 400n * SHARE);
  await take(forecastOf('WEEK_AHEAD', TOMORROW, 10_000));
  await take(forecastOf('YEAR_AHEAD', TOMORROW, 20_000));
  await end(ended, SUNDAY, `${TODAY}T08:30:00Z`);
  const range = { gridAreaIds: [AREA], from: startOfDay(TOMORROW), until: startOfDay(addDays(MONDAY, 1)) };
  const areaDays = areaDaysOf(await transact(db, (tx) => lockGridAreas(tx, null)), [TOMORROW, SUNDAY, MONDAY]);
  const parts = await positionPartsPage(db, { figure: 'DEMAND', areaDays, range }, { first: 10, after: null });
  expect(parts.map(({ kind }) => kind)).toEqual(['FORECAST', 'FORECAST', 'ROUNDING', 'CONTRACT']);
  expect(parts.at(-1)).toMatchObject({ id: ended, wattHours: String(-400 * (100 + 96)) });
  const demand = (await Promise.all([TOMORROW, SUNDAY, MONDAY].map(demandOn))).flat().reduce((sum, wattHours) => sum + wattHours, 0n);
  expect(parts.reduce((sum, { wattHours }) => sum + Number(wattHours), 0)).toBe(Number(demand));
});

test('a forecast for an area that nobody knows is refused, and nothing is stored', async () => {
  expect(await take(forecastOf('DAY_AHEAD', TOMORROW, 10_000, { gridAreaId: newId() }))).toMatchObject({ problem: 'GridAreaUnknown' });
  expect((await database.owner.query('SELECT (SELECT count(*)::int FROM energy.demand_forecast) AS forecasts, (SELECT count(*)::int FROM energy.grid_area) AS areas')).rows[0]).toEqual({ forecasts: 0, areas: 0 });
});

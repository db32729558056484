// Our own forecast of a day, and how far it and the others were from what was used: as due rows, from what was known at the time and nothing else.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, transact } from '@stromgraph/kernel/database';
import { runDue } from '@stromgraph/kernel/due';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type TestDatabase, testDatabase } from '../../../tests/database.ts';
import { dueHandlersWith } from '../jobs/due.ts';
import { forecastErrorsPage } from '../store/forecast-errors.ts';
import { findForecast } from '../store/forecasts.ts';
import { positionsIn } from '../store/positions.ts';
import { addContracts } from './add-contracts.ts';
import { beginForecasting } from './begin-forecasting.ts';
import { importActuals } from './import-actuals.ts';
import { importForecast } from './import-forecast.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { importTemperatures } from './import-temperatures.ts';

const NORD = '11YSTROM-NORD--9';
const AREA = idOf('grid-area', NORD);
const TODAY = '2026-11-23';
const DAY = addDays(TODAY, 1);
let database: TestDatabase;
let db: Db;
let position = 0n;

const at = (time: string, day = TODAY) => database.setClock(new Date(`${day}T${time}:00+01:00`));
const due = () => runDue(db, dueHandlersWith({ checkEveryHours: 24 }), { keyring: null as never, log: makeLog('energy', 'silent') });
const used = (deliveryDay: string, wattHours: number, version = 1) =>
  importActuals(db, { gridAreaId: AREA, deliveryDay, version, publishedAt: startOfDay(addDays(deliveryDay, 1)), position: (position += 1n), wattHours: quarterHoursOf(deliveryDay).map(() => BigInt(wattHours)) });
const warm = (deliveryDay: string, celsius: string) =>
  importTemperatures(db, { gridAreaId: AREA, deliveryDay, version: 1, publishedAt: startOfDay(addDays(deliveryDay, -1)), position: (position += 1n), celsius: Array.from({ length: quarterHoursOf(deliveryDay).length / 4 }, () => celsius) });
const imported = (horizon: 'DAY_AHEAD' | 'INTRADAY', wattHours: number, publishedAt: string, version = 1) =>
  importForecast(db, { horizon, basis: 'SLP', gridAreaId: AREA, deliveryDay: DAY, version, publishedAt: new Date(publishedAt), cutOffAt: new Date(publishedAt), position: (position += 1n), wattHours: quarterHoursOf(DAY).map(() => BigInt(wattHours)) });
const own = (version: number | null = null) => findForecast(db, { gridAreaId: AREA, deliveryDay: DAY, horizon: 'DAY_AHEAD', own: true, version });
const demand = async () => [...new Set((await positionsIn(db, { gridAreaIds: [AREA], from: startOfDay(DAY), until: startOfDay(addDays(DAY, 1)) })).map(({ demandWattHours }) => demandWattHours))];
const errors = async () => forecastErrorsPage(db, { gridAreaIds: null, from: DAY, until: addDays(DAY, 1), horizon: null }, { first: 10, after: null });

/** A thousand watt-hours by profile in every quarter hour, of which our customers use a fifth more. */
beforeAll(async () => {
  database = await testDatabase();
  db = await database.open('energy');
  await at('07:00');
  const values = Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: '1.000' })))).flat();
  await importLoadProfile(db, { code: 'FLAT', year: 2026, version: 1, dynamised: false, seasonal: false, source: 'ENET', publishedAt: new Date('2025-10-01T07:00:00Z'), values });
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: AREA, gridAreaCode: NORD, profile: 'FLAT', meteringKind: 'PROFILE', expectedWattHours: '1000000000', startOn: '2026-01-01', endOn: null, confirmedAt: '2025-12-01T10:00:00Z' }]));
  await transact(db, (tx) => beginForecasting(tx, new Date(`${TODAY}T07:00:00+01:00`)));
  await due(); // positions far ahead follow the contract
});
afterAll(() => database.drop());

test('with too little history there is none, and its turn comes again the next day', async () => {
  await at('09:00');
  await transact(db, (tx) => beginForecasting(tx, new Date(`${TODAY}T09:00:00+01:00`))); // a start anew leaves what is due
  expect(await due()).toBe(2);
  expect(await own()).toBeNull();
  const { rows } = await database.owner.query(`SELECT kind, due_at FROM energy.due WHERE kind <> 'LEARN_PROFILES'`);
  expect(rows).toEqual([{ kind: 'FORECAST_AREAS', due_at: new Date(`${DAY}T08:00:00Z`) }]);
  await database.owner.query(`UPDATE energy.due SET due_at = '${TODAY}T08:30:00Z' WHERE kind = 'FORECAST_AREAS'`); // another turn today
});

test('once a day each area is forecast from what was used; it gives the demand while nothing is imported for that day', async () => {
  for (let ago = 1; ago <= 30; ago += 1) {
    await used(addDays(TODAY, -ago), 1_200);
    await warm(addDays(TODAY, -ago), '5.0');
  }
  await warm(DAY, '5.0');
  expect(await demand()).toEqual([1_000n]);
  await at('09:30');
  await due();
  expect(await own()).toMatchObject({ basis: 'HISTORY', version: 1, cutOffAt: new Date(`${TODAY}T08:30:00Z`), importedAt: new Date(`${TODAY}T08:30:00Z`) });
  expect((await own())!.wattHours.every((value) => value === 1_200n)).toBe(true);
  expect(await demand()).toEqual([1_200n]);
  const { rows } = await database.owner.query(`SELECT payload FROM energy.outbox WHERE type = 'energy.ForecastImported'`);
  expect(rows).toMatchObject([{ payload: { forecastId: (await own())!.id, horizon: 'DAY_AHEAD', basis: 'HISTORY', deliveryDay: DAY, version: 1 } }]);
});

test('an imported one comes first, whatever their versions', async () => {
  await at('12:01');
  await imported('DAY_AHEAD', 1_500, `${TODAY}T11:00:00Z`);
  expect(await demand()).toEqual([1_500n]);
  await database.owner.query(`UPDATE energy.due SET due_at = '${TODAY}T11:01:00Z' WHERE kind = 'FORECAST_AREAS'`);
  await due();
  expect(await own()).toMatchObject({ version: 2 });
  expect(await demand()).toEqual([1_500n]);
  expect(await findForecast(db, { gridAreaId: AREA, deliveryDay: DAY, horizon: null, own: false, version: null })).toMatchObject({ basis: 'SLP', version: 1 });
});

test('when the actuals are there, each horizon is measured, beside profiles and the same weekday before', async () => {
  await at('08:00', DAY);
  await imported('INTRADAY', 1_225, `${DAY}T07:00:00Z`);
  await imported('DAY_AHEAD', 1_250, `${DAY}T06:00:00Z`, 2); // in hindsight: not counted
  await used(addDays(DAY, -7), 1_100, 2); // a correction that the forecasts of yesterday did not know; today's does
  await at('11:00', addDays(DAY, 1));
  expect(await errors()).toEqual([]);
  await used(DAY, 1_250);
  await due();
  const figures = (of: number) => ({ biasWattHours: BigInt((of - 1_250) * 96), mapePercent: ((Math.abs(of - 1_250) / 1_250) * 100).toFixed(4) });
  expect(await errors()).toMatchObject([
    { horizon: 'DAY_AHEAD', own: false, version: 1, actualVersion: 1, actualWattHours: 120_000n, forecast: figures(1_500), profile: figures(1_000), persistence: figures(1_200) },
    { horizon: 'DAY_AHEAD', own: true, forecast: figures(1_200), profile: figures(1_000), persistence: figures(1_200) },
    { horizon: 'INTRADAY', own: false, forecast: figures(1_225), profile: figures(1_000), persistence: figures(1_100) },
  ]);
});

test('a contract that is known by now only is not in the profiles of then; late actuals measure again', async () => {
  await transact(db, (tx) => addContracts(tx, [{ contractId: newId(), gridAreaId: AREA, gridAreaCode: NORD, profile: 'FLAT', meteringKind: 'PROFILE', expectedWattHours: '9000000000', startOn: '2026-01-01', endOn: null, confirmedAt: `${DAY}T10:00:00Z` }]));
  await used(DAY, 1_250); // told twice
  await due();
  expect((await errors()).map(({ version }) => version)).toEqual([1, 1, 1]);
  await used(DAY, 1_000, 3);
  await used(DAY, 7_000, 2); // older, late
  await due();
  expect(await errors()).toMatchObject([
    { version: 2, actualVersion: 3, actualWattHours: 96_000n, forecast: { mapePercent: '50.0000' }, profile: { biasWattHours: 0n, mapePercent: '0.0000' }, persistence: { mapePercent: '20.0000' } },
    { version: 2, forecast: { mapePercent: '20.0000' } },
    { version: 2, forecast: { mapePercent: '22.5000' }, persistence: { mapePercent: '10.0000' } },
  ]);
});

const area = `'${AREA}'`;
test.each([
  ['what was used on a day is told whole', `INSERT INTO energy.allocated_day VALUES (${area}, '2026-01-05', 1, '2026-01-06', '2026-01-06')`, '23514', 'allocated_days_are_whole'],
  ['nobody uses less than nothing', `INSERT INTO energy.realised_consumption VALUES (${area}, '2026-01-05T10:00Z', 1, -1, 'DSO', '2026-01-06')`, '23514', 'allocated_energy_is_possible'],
  ['a day has its hours', `INSERT INTO energy.temperature VALUES (${area}, '2026-03-29', 1, '2026-03-28', '2026-03-28', array_fill(5.0, ARRAY[24]))`, '23514', 'temperatures_are_of_whole_days'],
  ['it is not that hot', `INSERT INTO energy.temperature VALUES (${area}, '2026-03-30', 1, '2026-03-28', '2026-03-28', array_fill(60.1, ARRAY[24]))`, '23514', 'temperature_celsius_check'],
  ['a temperature is known', `INSERT INTO energy.temperature VALUES (${area}, '2026-03-30', 1, '2026-03-28', '2026-03-28', array_fill(NULL::numeric, ARRAY[24]))`, '23514', 'temperature_celsius_check'],
  ['an error is of a forecast of that horizon', `INSERT INTO energy.forecast_error SELECT grid_area_id, delivery_day, 'INTRADAY', own, 9, forecast_id, actual_version, 0, calculated_at, 0, 0, 0, 0 FROM energy.forecast_error WHERE NOT own AND horizon = 'DAY_AHEAD' LIMIT 1`, '23001', 'errors_are_of_forecasts_that_looked_ahead'],
  ['a forecast of hindsight is not measured', `INSERT INTO energy.forecast_error SELECT e.grid_area_id, e.delivery_day, e.horizon, e.own, 9, f.id, e.actual_version, 0, e.calculated_at, 0, 0, 0, 0 FROM energy.forecast_error e JOIN energy.demand_forecast f ON f.horizon = 'DAY_AHEAD' AND NOT f.own AND f.version = 2 WHERE e.horizon = 'DAY_AHEAD' AND NOT e.own LIMIT 1`, '23001', 'errors_are_of_forecasts_that_looked_ahead'],
  ['a deviation has no sign', `INSERT INTO energy.forecast_error SELECT grid_area_id, delivery_day, horizon, own, 9, forecast_id, actual_version, 0, calculated_at, 0, -1, 0, 0 FROM energy.forecast_error LIMIT 1`, '23514', 'forecast_error_mape_percent_check'],
  ['an error is measured against actuals that came', `INSERT INTO energy.forecast_error SELECT grid_area_id, delivery_day, horizon, own, 9, forecast_id, 99, 0, calculated_at, 0, 0, 0, 0 FROM energy.forecast_error LIMIT 1`, '23503', 'forecast_error_grid_area_id_delivery_day_actual_version_fkey'],
])('%s', async (_, statement, code, constraint) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code, constraint });
});
test.each(['allocated_day', 'temperature', 'forecast_error'])('%s only grows', async (table) => {
  for (const statement of [`DELETE FROM energy.${table}`, `UPDATE energy.${table} SET version = 99`, `TRUNCATE energy.${table} CASCADE`]) {
    await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001' });
  }
});

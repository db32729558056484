// Forecasts as a trader asks for them and follows them: whichever horizon, imported and our own, with their errors; and what a publication says wrong.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hearersOf } from '@stromgraph/events/subscriptions';
import { openDataService } from '@stromgraph/kernel/data-service';
import { type Db, transact } from '@stromgraph/kernel/database';
import { idOf, newId } from '@stromgraph/kernel/ids';
import { makeLog } from '@stromgraph/kernel/log';
import { startRelay } from '@stromgraph/kernel/relay';
import type { Subgraph } from '@stromgraph/kernel/subgraph';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { PrismaClient } from '@stromgraph/prisma-energy/client';
import { actorWith, ask } from '../../tests/ask.ts';
import { type TestDatabase, testDatabase } from '../../tests/database.ts';
import { listen } from '../../tests/listen.ts';
import { importActuals } from './actions/import-actuals.ts';
import { importForecast } from './actions/import-forecast.ts';
import { measuredSubject, measureForecasts } from './actions/measure-forecasts.ts';
import { taking } from './actions/read-publications.ts';
import { takeMeteredDays } from './actions/take-actuals.ts';
import { ENET } from './clients/enet.ts';
import { firstDayOf, type PublishedForecast, valuesOf } from './forecasts/forecast.ts';
import { startServer } from './server.ts';
import { addUnnamedGridAreas } from './store/grid-areas.ts';

const trader = actorWith('energy:read');
const CODES = ['11YSTROM-NORD--9', '11YSTROM-OST---O'] as const;
const [NORD, OST] = CODES.map((code) => idOf('grid-area', code)) as [string, string];
const TODAY = '2026-10-24'; // a Saturday; the clock changes tomorrow
const SUNDAY = addDays(TODAY, 1);
let database: TestDatabase;
let db: Db<any>;
let energy: Subgraph;
let relay: { stop: () => Promise<void> };
let position = 0n;

beforeAll(async () => {
  database = await testDatabase();
  await database.setClock(`${TODAY}T08:00:00Z`);
  const runtime = await database.runtime('energy', PrismaClient, { STROMGRAPH_LOG_LEVEL: 'silent' });
  ({ db } = runtime.tenants.get('demo')!);
  energy = await startServer(runtime);
  relay = await startRelay({ url: await database.urlOf('relay', 'relay'), tenant: 'demo', hearersOf });
  await transact(db, (tx) => addUnnamedGridAreas(tx, CODES.map((code) => ({ id: idOf('grid-area', code), code }))));
});
afterAll(async () => {
  await relay.stop();
  await energy.stop();
  await database.drop();
});

const take = (horizon: PublishedForecast['horizon'], base: number, change: Partial<PublishedForecast> = {}) => {
  const deliveryDay = firstDayOf(horizon, SUNDAY);
  const publishedAt = new Date(`2026-10-${horizon === 'WEEK_AHEAD' ? '15' : '24'}T07:00:00Z`);
  const wattHours = Array.from({ length: valuesOf({ horizon, deliveryDay }) }, (_, nth) => BigInt(base + nth));
  return importForecast(db, { horizon, basis: 'SLP', gridAreaId: NORD, deliveryDay, version: 1, publishedAt, cutOffAt: publishedAt, wattHours, position: (position += 1n), ...change });
};
const FIELDS = 'horizon basis deliveryDay until minutes version start wattHours quarterHours(day: $day)';
async function forecast(variables: object) {
  const { data, errors } = await ask(energy.url, trader, `query ($area: ID!, $day: LocalDate!, $horizon: ForecastHorizon, $own: Boolean! = false, $version: Int) { forecast(gridAreaId: $area, deliveryDay: $day, horizon: $horizon, own: $own, version: $version) { ${FIELDS} } }`, { area: NORD, day: SUNDAY, ...variables });
  return errors?.[0]?.message ?? data.forecast;
}

test('forecasts of every horizon can be asked for and followed; ours tell themselves from the imported ones', async () => {
  const live = listen(energy.url, trader, `subscription ($areas: [ID!], $day: LocalDate!) { forecastUpdated(gridAreaIds: $areas, from: $day, until: "2026-10-27") { reset seq forecasts { ${FIELDS} gridArea { code } } } }`, { areas: [NORD], day: SUNDAY });
  const next = async () => (await live.next() as { forecastUpdated: { reset: boolean; forecasts: Record<string, unknown>[] } }).forecastUpdated;
  expect(await next()).toMatchObject({ reset: true, forecasts: [] });
  await take('WEEK_AHEAD', 4_000);
  const [week] = (await next()).forecasts;
  expect(week).toMatchObject({ horizon: 'WEEK_AHEAD', basis: 'SLP', deliveryDay: '2026-10-19', until: '2026-10-26', minutes: 60, gridArea: { code: CODES[0] }, wattHours: { length: 169 }, quarterHours: { length: 100 } });
  expect((week!.quarterHours as number[]).slice(0, 4).reduce((sum, each) => sum + each, 0)).toBe(4_000 + 144);
  await take('DAY_AHEAD', 2_000, { basis: 'HISTORY' });
  expect((await next()).forecasts).toMatchObject([{ horizon: 'DAY_AHEAD', basis: 'HISTORY', minutes: 15, start: '2026-10-24T22:00:00.000Z', quarterHours: { length: 100 } }]);
  await take('DAY_AHEAD', 1_000, { gridAreaId: OST }); // not watched
  await take('DAY_AHEAD', 1_000);
  expect((await next()).forecasts).toMatchObject([{ basis: 'SLP', wattHours: Array.from({ length: 100 }, (_, nth) => 1_000 + nth) }]);
  await live.stop();
  expect(await forecast({})).toMatchObject({ horizon: 'DAY_AHEAD', basis: 'SLP' });
  expect(await forecast({ own: true })).toMatchObject({ horizon: 'DAY_AHEAD', basis: 'HISTORY', version: 1 });
  expect(await forecast({ horizon: 'WEEK_AHEAD', version: 1 })).toMatchObject({ horizon: 'WEEK_AHEAD' });
  expect(await forecast({ horizon: 'INTRADAY' })).toBeNull();
  expect(await forecast({ day: addDays(SUNDAY, 1) })).toBeNull();
  expect(await forecast({ own: true, horizon: 'WEEK_AHEAD' })).toBe('horizon: is not one that we forecast ourselves (allowed with own: DAY_AHEAD)');
});

test('a new follower first gets what gives the demand of each day', async () => {
  const live = listen(energy.url, trader, `subscription { forecastUpdated(from: "2026-10-23", until: "2026-10-27") { reset forecasts { horizon basis gridArea { code } } } }`, {});
  const { forecastUpdated: first } = await live.next() as { forecastUpdated: { reset: boolean; forecasts: { horizon: string; basis: string; gridArea: { code: string } }[] } };
  expect(first.reset).toBe(true);
  expect(first.forecasts.map(({ horizon, basis, gridArea }) => `${gridArea.code} ${horizon} ${basis}`).toSorted()).toEqual([`${CODES[0]} DAY_AHEAD SLP`, `${CODES[0]} WEEK_AHEAD SLP`, `${CODES[1]} DAY_AHEAD SLP`]);
  await live.stop();
});

test('errors are told once the actuals are there, page by page', async () => {
  const ERRORS = `query ($first: Int!, $after: String, $horizon: ForecastHorizon, $until: LocalDate! = "2026-10-26") { forecastErrors(from: "${SUNDAY}", until: $until, horizon: $horizon, first: $first, after: $after) {
    nodes { deliveryDay horizon own version actualWattHours error { biasWattHours mapePercent } profileError { biasWattHours mapePercent } persistenceError { mapePercent } forecast { basis version } gridArea { code } } pageInfo { hasNextPage endCursor } } }`;
  const errors = async (variables: object) => ask(energy.url, trader, ERRORS, { first: 10, ...variables });
  expect((await errors({})).data.forecastErrors.nodes).toEqual([]);
  await database.setClock('2026-10-26T10:00:00Z');
  await importActuals(db, { gridAreaId: NORD, deliveryDay: SUNDAY, version: 1, publishedAt: startOfDay(addDays(SUNDAY, 1)), wattHours: quarterHoursOf(SUNDAY).map((_, nth) => BigInt(1_000 + nth)), position: (position += 1n) });
  await transact(db, (tx) => measureForecasts(tx, measuredSubject(NORD, SUNDAY)));
  const all = (await errors({})).data.forecastErrors.nodes;
  expect(all).toMatchObject([
    { horizon: 'DAY_AHEAD', own: false, version: 1, actualWattHours: 104_950, error: { biasWattHours: 0, mapePercent: '0.0000' }, profileError: { biasWattHours: -104_950, mapePercent: '100.0000' }, persistenceError: null, forecast: { basis: 'SLP' }, gridArea: { code: CODES[0] } },
    { horizon: 'DAY_AHEAD', own: true, error: { biasWattHours: 100_000 }, forecast: { basis: 'HISTORY' } },
    { horizon: 'WEEK_AHEAD', own: false },
  ]);
  const first = (await errors({ first: 2 })).data.forecastErrors;
  expect([first.nodes, first.pageInfo.hasNextPage]).toEqual([all.slice(0, 2), true]);
  expect((await errors({ first: 2, after: first.pageInfo.endCursor })).data.forecastErrors.nodes).toEqual(all.slice(2));
  expect((await errors({ horizon: 'WEEK_AHEAD' })).data.forecastErrors.nodes).toEqual(all.slice(2));
  expect((await errors({ after: 'nonsense' })).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  expect((await errors({ until: SUNDAY })).errors?.[0]?.message).toBe('until: is 0 days after from (allowed: 1 to 1098)');
});

test('a publication that makes no sense is left out whole, and an alert says what is wrong with it', async () => {
  const body = { gridArea: CODES[0], deliveryDay: SUNDAY, version: 9, publishedAt: '2026-10-24T07:00:00Z', cutOffAt: '2026-10-24T06:30:00Z', resolution: 'PT15M', unit: 'Wh', wattHours: quarterHoursOf(SUNDAY).map(() => 5) };
  let answer: object = body;
  const outside = createServer((_, response) => void response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => void outside.listen(0, '127.0.0.1', resolve));
  const reading = { db, source: ENET, log: makeLog('energy', 'silent'), service: openDataService(ENET, `http://127.0.0.1:${(outside.address() as AddressInfo).port}`) };
  const stored = async () => (await database.owner.query('SELECT (SELECT count(*)::int FROM energy.demand_forecast) AS forecasts, (SELECT count(*)::int FROM energy.allocated_day) AS days, (SELECT count(*)::int FROM energy.temperature) AS temperatures, (SELECT count(*)::int FROM energy.grid_area) AS areas')).rows[0];
  const before = await stored();
  const wrong = async (kind: string, change: object) => {
    answer = { ...body, ...change };
    await taking.take(reading, { n: 1, kind, href: `/v1/${kind}`, publishedAt: new Date() });
    const { rows } = await database.owner.query(`UPDATE energy.alert SET cleared_at = raised_at WHERE cleared_at IS NULL RETURNING kind, severity, message`);
    return rows;
  };
  const told = (message: string) => [{ kind: 'DATA_INVALID', severity: 'WARNING', message: expect.stringContaining(message) }];
  expect(await wrong('DAY_AHEAD_FORECAST', { gridArea: '11YSTROM-WEST--B' })).toEqual(told('gridArea is not one of ours'));
  expect(await wrong('INTRADAY_FORECAST', { wattHours: Array(96).fill(5) })).toEqual(told('wattHours has 96 values (allowed: 100'));
  expect(await wrong('DAY_AHEAD_FORECAST', { wattHours: [-5, ...body.wattHours.slice(1)] })).toEqual(told('wattHours.0 is negative'));
  expect(await wrong('DAY_AHEAD_FORECAST', { cutOffAt: '2026-10-24T07:00:01Z' })).toEqual(told('cutOffAt is 2026-10-24T07:00:01.000Z, after the publication'));
  expect(await wrong('ACTUALS', { publishedAt: '2026-10-26T10:00:00Z', wattHours: Array(96).fill(5) })).toEqual(told('wattHours has 96 values (allowed: 100'));
  expect(await wrong('ACTUALS', {})).toEqual(told('publishedAt lies before the end of the day'));
  expect(await wrong('ACTUALS', { publishedAt: '2026-10-26T10:00:00Z', gridArea: '11YSTROM-WEST--B' })).toEqual(told('gridArea is not one of ours'));
  expect(await wrong('TEMPERATURES', { resolution: 'PT60M', unit: 'Cel', celsius: Array(25).fill('61.0') })).toEqual(told('celsius.0 is no temperature'));
  expect(await wrong('TEMPERATURES', { resolution: 'PT60M', unit: 'Cel', celsius: Array(24).fill('6.0') })).toEqual(told('celsius has 24 values (allowed: 25'));
  expect(await wrong('QUANTITY_PRICES', { month: '2026-08-01', unit: 'EUR/MWh', price: '1e3', publishedAt: '2026-08-31T21:59:59Z' })).toEqual(told('price is no price (allowed: -99999 to 99999'));
  expect(await wrong('QUANTITY_PRICES', { month: '2026-08-01', unit: 'EUR/MWh', price: '80', publishedAt: '2026-08-31T21:59:59Z' })).toEqual(told('publishedAt lies before the end of the month'));
  expect(await stored()).toEqual(before);
  expect(await wrong('DAY_AHEAD_FORECAST', {})).toEqual([]);
  expect(await stored()).toEqual({ ...before, forecasts: before.forecasts + 1 });

  // The alert stands until a later version of the same makes sense; what is good of another day or area says nothing about it.
  const take = async (version: number, change: object, key = `gridArea=${CODES[0]}&deliveryDay=${SUNDAY}`) => {
    answer = { ...body, version, ...change };
    await taking.take(reading, { n: 1, kind: 'DAY_AHEAD_FORECAST', href: `/v1/forecasts/day-ahead?${key}&version=${version}`, publishedAt: new Date() });
    return (await database.owner.query(`SELECT subject FROM energy.alert WHERE kind = 'DATA_INVALID' AND cleared_at IS NULL`)).rows.map(({ subject }) => subject);
  };
  const stands = [`ENET /v1/forecasts/day-ahead?gridArea=${CODES[0]}&deliveryDay=${SUNDAY}`];
  expect(await take(10, { wattHours: [5] })).toEqual(stands);
  expect(await take(11, { wattHours: [5] })).toEqual(stands);
  expect(await take(12, { gridArea: CODES[1] }, `gridArea=${CODES[1]}&deliveryDay=${SUNDAY}`)).toEqual(stands);
  expect(await take(12, {})).toEqual([]);
  outside.close();
});

test('what a location used is kept in versions, over all its meters, to be asked for as it was known', async () => {
  const [contractId, old, next, maloId] = [newId(), newId(), newId(), '41373559241'];
  await database.owner.query(`INSERT INTO energy.supply_contract (contract_id, grid_area_id, profile, metering_kind, expected_watt_hours, start_on, confirmed_at) VALUES ($1, $2, 'H25', 'INTERVAL', 3500000, '2026-01-01', '2025-12-01')`, [contractId, OST]);
  const day = '2026-03-29'; // of 92 quarter hours; the meter was exchanged after ten of them
  const values = (value: (nth: number) => number | null) => quarterHoursOf(day).map((_, nth) => value(nth));
  const tell = (meterId: string, version: number, wattHours: (number | null)[], at: string) =>
    transact(db, (tx) => takeMeteredDays(tx, [{ meterId, contractId, maloId, obis: '1-0:1.29.0', day, version, wattHours }], new Date(at)));
  await tell(old, 1, values((nth) => (nth < 10 ? 7 : null)), '2026-10-24T05:00:00Z');
  await tell(next, 1, values((nth) => (nth < 10 ? null : nth < 91 ? 100 : null)), '2026-10-24T06:00:00Z');
  await tell(next, 1, values(() => 999), '2026-10-24T06:30:00Z'); // told again: an old message changes nothing
  await tell(next, 2, values((nth) => (nth < 10 ? null : 100)), '2026-10-24T07:00:00Z');
  const known = async (asOf: string | null, change: object = {}) =>
    ask(energy.url, trader, `query ($m: String!, $from: LocalDate!, $until: LocalDate!, $asOf: DateTime) { historicConsumption(maloId: $m, from: $from, until: $until, asOf: $asOf) { nodes { day version ingestedAt wattHours totalWattHours } pageInfo { hasNextPage } } }`, { m: maloId, from: '2026-03-01', until: '2026-04-01', asOf, ...change });
  const [whole] = (await known(null)).data.historicConsumption.nodes;
  expect(whole).toMatchObject({ day, version: 3, ingestedAt: '2026-10-24T07:00:00.000Z', totalWattHours: 70 + 82 * 100, wattHours: { length: 92, 9: 7, 10: 100, 91: 100 } });
  const [then] = (await known('2026-10-24T06:59:59Z')).data.historicConsumption.nodes;
  expect(then).toMatchObject({ version: 2, totalWattHours: 70 + 81 * 100, wattHours: { 90: 100, 91: null } });
  expect((await known('2026-10-24T04:00:00Z')).data.historicConsumption.nodes).toEqual([]);
  expect((await known(null, { m: '1' })).errors?.[0]).toMatchObject({ message: expect.stringContaining('11 digits'), extensions: { code: 'BAD_USER_INPUT' } });
  const keep = (version: number, values = 92, at = '2026-10-24T08:00Z') => database.owner.query(`INSERT INTO energy.historic_consumption VALUES ('${maloId}', '${day}', $1, array_fill(1::bigint, ARRAY[$2::int]), 'METERED', $3)`, [version, values, at]);
  await expect(keep(5)).rejects.toMatchObject({ constraint: 'historic_versions_follow_one_another' });
  await expect(keep(4, 92, '2026-10-24T06:00Z')).rejects.toMatchObject({ constraint: 'historic_versions_follow_one_another' });
  await expect(keep(4, 96)).rejects.toMatchObject({ constraint: 'historic_days_are_whole' });
  for (const statement of ['UPDATE energy.historic_consumption SET version = 9', 'DELETE FROM energy.historic_consumption', 'TRUNCATE energy.historic_consumption']) await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23001' });
});

// What a data service may say wrong: each is named, with what is allowed, before anything is stored.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataService } from '@stromgraph/kernel/data-service';
import { quarterHoursOf } from '@stromgraph/kernel/time';
import { readForecast } from './enet-forecasts.ts';

let body: object;
const outside = createServer((_, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(body)));
beforeAll(() => new Promise<void>((resolve) => void outside.listen(0, '127.0.0.1', resolve)));
afterAll(() => void outside.close());

const HEAD = { gridArea: '11YSTROM-NORD--9', version: 1, publishedAt: '2026-03-28T07:00:00Z', cutOffAt: '2026-03-28T06:30:00Z', unit: 'Wh' };
const ofDay = (deliveryDay: string, change: object = {}) => ({ ...HEAD, deliveryDay, resolution: 'PT15M', wattHours: quarterHoursOf(deliveryDay).map(() => 5), ...change });
const ofWeek = (weekOf: string, hours: number, change: object = {}) => ({ ...HEAD, weekOf, resolution: 'PT60M', wattHours: Array(hours).fill(5), ...change });
const months = (of: number, hours: number) => Object.fromEntries(Array.from({ length: of }, (_, nth) => [String(nth + 1), Array(hours).fill(5)]));
const ofYear = (year: number, change: object = {}) => ({ ...HEAD, year, resolution: 'PT60M', months: months(12, 168), ...change });

async function read(kind: string, answered: object) {
  body = answered;
  return readForecast(openDataService('ENET', `http://127.0.0.1:${(outside.address() as AddressInfo).port}`), kind, '/v1/x');
}

test.each([
  ['INTRADAY_FORECAST', ofDay('2026-10-25'), { horizon: 'INTRADAY', deliveryDay: '2026-10-25', basis: 'SLP', wattHours: { length: 100 } }],
  ['DAY_AHEAD_FORECAST', ofDay('2026-03-29', { basis: 'TSO' }), { horizon: 'DAY_AHEAD', basis: 'TSO', wattHours: { length: 92 } }],
  ['WEEK_AHEAD_FORECAST', ofWeek('2026-10-19', 169), { horizon: 'WEEK_AHEAD', deliveryDay: '2026-10-19', wattHours: { length: 169 } }],
  ['YEAR_AHEAD_FORECAST', ofYear(2027), { horizon: 'YEAR_AHEAD', deliveryDay: '2027-01-01', wattHours: { length: 2_016 } }],
])('%s is read', async (kind, answered, expected) => {
  expect(await read(kind, answered)).toMatchObject(expected);
});

const day = '2026-03-29';
test.each([
  ['96 values in spring', 'DAY_AHEAD_FORECAST', ofDay(day, { wattHours: Array(96).fill(5) }), 'wattHours has 96 values (allowed: 92, the length of its period)'],
  ['96 values in autumn', 'INTRADAY_FORECAST', ofDay('2026-10-25', { wattHours: Array(96).fill(5) }), 'wattHours has 96 values (allowed: 100, the length of its period)'],
  ['168 hours in the week of spring', 'WEEK_AHEAD_FORECAST', ofWeek('2026-03-23', 168), 'wattHours has 168 values (allowed: 167, the length of its period)'],
  ['a week that begins on a Tuesday', 'WEEK_AHEAD_FORECAST', ofWeek('2026-11-24', 168), 'weekOf is 2026-11-24, no Monday (allowed: 2026-11-23)'],
  ['a year of eleven months', 'YEAR_AHEAD_FORECAST', ofYear(2027, { months: months(11, 168) }), 'months.12 '],
  ['a week of 167 hours in a year', 'YEAR_AHEAD_FORECAST', ofYear(2027, { months: months(12, 167) }), 'months.1 '],
  ['a negative value', 'DAY_AHEAD_FORECAST', ofDay(day, { wattHours: [-1, ...Array(91).fill(5)] }), 'wattHours.0 is negative (allowed: 0 to 25000000000)'],
  ['an absurd value', 'DAY_AHEAD_FORECAST', ofDay(day, { wattHours: [...Array(91).fill(5), 25_000_000_001] }), 'wattHours.91 is more than a country uses (allowed: 0 to 25000000000)'],
  ['half a watt-hour', 'DAY_AHEAD_FORECAST', ofDay(day, { wattHours: [0.5, ...Array(91).fill(5)] }), 'wattHours.0 '],
  ['a cut-off after the publication', 'DAY_AHEAD_FORECAST', ofDay(day, { cutOffAt: '2026-03-28T07:00:01Z' }), 'cutOffAt is 2026-03-28T07:00:01.000Z, after the publication (allowed: 2026-03-28T07:00:00.000Z or earlier)'],
  ['a time without offset', 'DAY_AHEAD_FORECAST', ofDay(day, { publishedAt: '2026-03-28T07:00:00' }), 'publishedAt '],
  ['an area that is none', 'DAY_AHEAD_FORECAST', ofDay(day, { gridArea: 'NORD' }), 'gridArea '],
  ['kilowatt-hours', 'DAY_AHEAD_FORECAST', ofDay(day, { unit: 'kWh' }), 'unit '],
  ['hours of a day', 'DAY_AHEAD_FORECAST', ofDay(day, { resolution: 'PT60M' }), 'resolution '],
  ['our own basis', 'DAY_AHEAD_FORECAST', ofDay(day, { basis: 'HISTORY' }), 'basis '],
  ['version zero', 'DAY_AHEAD_FORECAST', ofDay(day, { version: 0 }), 'version '],
])('%s is refused', async (_, kind, answered, message) => {
  expect(await read(kind, answered)).toMatchObject({ problem: 'ContentInvalid', message: expect.stringContaining(`/v1/x: ${message}`) });
});

// Every event has a schema and hearers on paper; every hearer has a handler for what it hears, and no other.
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MeterReadingIngested } from '@stromgraph/events/metering';
import { dataOf, type EventType, payloadOf } from '@stromgraph/kernel/event';
import type { Handler } from '@stromgraph/kernel/hearer';
import { hearersOf } from '@stromgraph/events/subscriptions';

const ROOT = join(import.meta.dirname, '..');
const isEventType = (value: unknown): value is EventType => typeof value === 'object' && value !== null && 'schema' in value && 'domain' in value && 'version' in value;

const files = readdirSync(join(ROOT, 'events')).filter((name) => name.endsWith('.ts') && !['values.ts', 'subscriptions.ts'].includes(name));
const published = (await Promise.all(files.map(async (name) => Object.values((await import(join(ROOT, 'events', name))) as object).filter(isEventType).map((event) => ({ event, file: name }))))).flat();
const domains = readdirSync(join(ROOT, 'subgraphs')).filter((name) => existsSync(join(ROOT, 'subgraphs', name, 'handlers', 'index.ts')));

test('the catalogue is not empty, and its names are unique', () => {
  expect(published.length).toBeGreaterThan(15);
  expect(new Set(published.map(({ event }) => event.name)).size).toBe(published.length);
});

test.each(published.map(({ event, file }) => [event.name, event, file] as const))('%s stands in its publisher’s file and says who hears it', (name, event, file) => {
  expect(file).toBe(`${event.domain}.ts`);
  expect(hearersOf).toHaveProperty([name]);
});

test('nobody hears what nobody publishes', () => {
  const names = new Set(published.map(({ event }) => event.name));
  expect(Object.keys(hearersOf).filter((name) => !names.has(name))).toEqual([]);
});

test.each(domains)('%s handles what it hears and nothing else', { timeout: 60_000 }, async (domain) => {
  const { handlers } = (await import(join(ROOT, 'subgraphs', domain, 'handlers', 'index.ts'))) as { handlers: readonly Handler[] };
  const heard = Object.keys(hearersOf).filter((name) => hearersOf[name]!.includes(domain));
  expect(handlers.map((handler) => handler.type.name).toSorted()).toEqual(heard.toSorted());
});

test('told days travel as short texts and come back as they were given, those of version 1 too', () => {
  const [batchId, meterId] = ['019aa5b0-0000-7000-8000-000000000001', '019aa5b0-0000-7000-8000-000000000002'];
  const day = (wattHours: (number | null)[], statuses: ('TRUE' | 'SUBSTITUTE' | 'PROVISIONAL' | null)[], more: object = {}) => ({ obis: '1-0:1.29.0', day: '2026-11-01', version: 3, wattHours, statuses, ...more });
  const data = {
    batchId, meterId, meterNumber: '1ABC1', contractId: null, customerId: null, maloId: '41373559241', registers: [],
    days: [day([0, 12, 9007199254740991], ['TRUE', 'TRUE', 'TRUE']), day([1, null, 3], ['TRUE', null, 'TRUE']), day([null, 2, 3, 4], [null, 'SUBSTITUTE', 'PROVISIONAL', 'TRUE'], { held: true, ours: [1] }), day([null], [null])],
  };
  const payload = payloadOf(MeterReadingIngested, data) as { days: object[] };
  expect(payload.days).toEqual([
    { obis: '1-0:1.29.0', day: '2026-11-01', version: 3, wattHours: '0,12,9007199254740991' },
    { obis: '1-0:1.29.0', day: '2026-11-01', version: 3, wattHours: '1,,3' },
    { obis: '1-0:1.29.0', day: '2026-11-01', version: 3, wattHours: ',2,3,4', statuses: '-SPT', held: true, ours: [1] },
    { obis: '1-0:1.29.0', day: '2026-11-01', version: 3, wattHours: '' },
  ]);
  expect(dataOf(MeterReadingIngested, { version: 2, payload: JSON.parse(JSON.stringify(payload)) })).toEqual(data);
  expect(dataOf(MeterReadingIngested, { version: 1, payload: data })).toEqual(data);
  const withDay = (change: object) => ({ ...payload, days: [{ ...payload.days[0], ...change }] });
  for (const change of [{ wattHours: '1,x' }, { wattHours: '1.5' }, { statuses: 'TQT' }]) expect(() => dataOf(MeterReadingIngested, { version: 2, payload: withDay(change) }), JSON.stringify(change)).toThrow();
  for (const version of [0, 3]) expect(() => dataOf(MeterReadingIngested, { version, payload })).toThrow(`version ${version} of metering.MeterReadingIngested is not understood, only 1 to 2`);
  expect(() => payloadOf(MeterReadingIngested, { ...data, days: [day([1.5], ['TRUE'])] })).toThrow();
});

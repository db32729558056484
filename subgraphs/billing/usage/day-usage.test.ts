import { expect, test } from 'vitest';
import { toDayUsage } from './day-usage.ts';

const METER = { contractId: 'c', meterId: 'm' };

const day = (date: string, count: number, change: Partial<{ obis: string; value: number | null; status: string | null }> = {}) => ({
  obis: change.obis ?? '1-0:1.29.0', day: date, version: 2,
  wattHours: Array.from({ length: count }, (_, index) => (index === 5 && 'value' in change ? change.value! : 100)),
  statuses: Array.from({ length: count }, (_, index) => (index === 5 && 'status' in change ? change.status! : 'TRUE')),
});

test.each([
  ['a full day', day('2026-06-01', 96), 9600n, true],
  ['the short day of March', day('2026-03-29', 92), 9200n, true],
  ['the long day of October', day('2026-10-25', 100), 10_000n, true],
  ['96 values on the long day', day('2026-10-25', 96), 9600n, false],
  ['a gap', day('2026-06-01', 96, { value: null, status: null }), 9500n, false],
  ['a provisional value', day('2026-06-01', 96, { status: 'PROVISIONAL' }), 9500n, false],
  ['a substitute value', day('2026-06-01', 96, { status: 'SUBSTITUTE' }), 9600n, true],
])('%s is folded', (_, measured, wattHours, complete) => {
  expect(toDayUsage(METER, [measured])).toEqual([{ ...METER, day: measured.day, version: 2, wattHours, complete, held: false, known: complete ? null : expect.stringMatching(/^[01]*0[01]*$/) }]);
});

test.each(['1-0:2.29.0', '1-0:1.8.1', '1-0:3.8.0'])('register %s is not billed by a flat tariff', (obis) => {
  expect(toDayUsage(METER, [day('2026-06-01', 96, { obis })])).toEqual([]);
});

test('a day that is held by validation is not billed as it stands, though every value is known', () => {
  const day = { obis: '1-0:1.29.0', day: '2026-11-10', version: 1, wattHours: Array<number>(96).fill(1), statuses: Array<string>(96).fill('TRUE') };
  const gap = { ...day, wattHours: day.wattHours.with(7, null as never), statuses: day.statuses.with(7, null as never) };
  expect(toDayUsage(METER, [day, { ...day, held: true }, { ...day, held: false }, { ...gap, held: true }]).map(({ complete, held, known }) => [complete, held, known?.indexOf('0') ?? null])).toEqual([[true, false, null], [false, true, null], [true, false, null], [false, true, 7]]);
});

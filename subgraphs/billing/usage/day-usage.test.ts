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
  expect(toDayUsage(METER, [measured])).toEqual([{ ...METER, obis: '1-0:1.29.0', day: measured.day, version: 2, wattHours, held: false, known: expect.stringMatching(complete ? /^1+$/ : /^[01]*0[01]*$/) }]);
});

test.each([
  ['1-0:1.29.0', true], ['1-1:1.29.0', true], ['1-0:1.8.1', true], ['1-0:1.9.62', true],
  ['1-0:2.29.0', false], ['1-0:2.8.0', false], ['1-0:3.8.0', false], ['1-0:1.6.0', false], ['1-0:1.8.63', false], ['1-0:12.8.0', false],
])('that register %s measures drawn energy is %s', (obis, isDrawn) => {
  expect(toDayUsage(METER, [day('2026-06-01', 96, { obis })])).toHaveLength(isDrawn ? 1 : 0);
});

test('what is held is told with what is known of it', () => {
  const gap = day('2026-06-01', 96, { value: null, status: null });
  expect(toDayUsage(METER, [gap, { ...gap, held: true }]).map(({ held, known }) => [held, known.indexOf('0')])).toEqual([[false, 5], [true, 5]]);
});

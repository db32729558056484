import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, dayOf, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type KnownDay, usageFromDays, usageFromSums } from '../usage/usage.ts';
import { makeDayFinder } from './berlin-day.ts';
import { decide, type KnownValue } from './decide.ts';
import { foldDays } from './fold.ts';
import { faultsOfValues, type GivenSeries, rowsOf } from './given.ts';
import { toQuarterHours } from './quarter-hours.ts';
import type { PlacedInterval, ValueStatus } from './value.ts';

const placed = (row: number, startMs: number, wattHours: bigint, status: ValueStatus = 'TRUE', reason: string | null = null): PlacedInterval => ({
  given: { row, path: null, meterNumber: 'M', obis: '1-0:1.29.0', startMs, endMs: startMs + 900_000, wattHours, status, reason, method: null },
  registerId: 1, minutes: 15, day: dayOf(new Date(startMs)), contractId: 'c', customerId: 'k',
});

test('what is new, known, replaced or refused is told apart, also within a batch', () => {
  const known: (KnownValue | null)[] = [null, { wattHours: 5n, status: 'TRUE' }, { wattHours: 5n, status: 'TRUE' }, { wattHours: 5n, status: 'PROVISIONAL' }, null, null, { wattHours: 5n, status: 'TRUE' }];
  const rows = [placed(1, 0, 1n), placed(2, 900_000, 5n), placed(3, 1_800_000, 6n), placed(4, 2_700_000, 6n), placed(5, 0, 1n), placed(6, 0, 2n), placed(7, 3_600_000, 6n, 'TRUE', 'misread')];
  const decided = decide(rows, known);
  expect(decided.added.map(({ given }) => given.row)).toEqual([1]);
  expect(decided.replaced.map((each) => each.placed.given.row)).toEqual([4, 7]);
  expect(decided.unchanged).toBe(2);
  expect(decided.refused.map((each) => [each.placed.given.row, each.reason])).toEqual([[3, expect.stringContaining('only with a reason')], [6, expect.stringContaining('row 1')]]);
  expect(foldDays(decided)).toEqual([{ registerId: 1, day: '1970-01-01', minutes: 15, contractId: 'c', customerId: 'k', wattHours: 3n, known: 1, substitute: 0, provisional: -1, corrected: true }]);
});

test.each(['2026-03-29', '2026-06-01', '2026-10-25'])('every instant of %s belongs to it, none beside it does', (day) => {
  const find = makeDayFinder();
  const quarters = quarterHoursOf(day);
  expect(new Set(quarters.map((at) => find(at.getTime())))).toEqual(new Set([day]));
  expect(find(quarters[0]!.getTime() - 1)).toBe(addDays(day, -1));
  expect(find(quarters.at(-1)!.getTime() + 900_000)).toBe(addDays(day, 1));
});

test('hours are split into quarter hours that add up', () => {
  const startMs = startOfDay('2026-10-25').getTime();
  const hours = Array.from({ length: 25 }, (_, nth) => ({ startMs: startMs + nth * 3_600_000, wattHours: BigInt(1_001 + nth), status: 'TRUE' as const }));
  const { wattHours, statuses } = toQuarterHours('2026-10-25', 60, hours.slice(1));
  expect(wattHours).toHaveLength(100);
  expect(wattHours.slice(0, 6)).toEqual([null, null, null, null, 251n, 251n]);
  expect(statuses[4]).toBe('TRUE');
  expect(wattHours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n)).toBe(hours.slice(1).reduce((sum, each) => sum + each.wattHours, 0n));
});

test('sums of quarter hours, days and months are equal, with gaps, over both clock changes', () => {
  const period = { from: '2026-02-27', until: '2026-11-03' };
  const days = Array.from({ length: 249 }, (_, nth) => addDays(period.from, nth));
  fc.assert(
    fc.property(fc.array(fc.option(fc.bigInt({ min: 0n, max: 10_000_000n })), { minLength: 1, maxLength: 30 }), (pattern) => {
      const known: KnownDay[] = days.map((day, nth) => {
        const wattHours = quarterHoursOf(day).map((_, slot) => pattern[(slot + nth * 7) % pattern.length]!);
        return { day, wattHours, statuses: wattHours.map((value) => (value === null ? null : 'TRUE')) };
      });
      const sumOf = (day: KnownDay) => ({ on: day.day, wattHours: day.wattHours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n), knownMinutes: BigInt(day.wattHours.filter((value) => value !== null).length * 15) });
      const daily = known.map(sumOf);
      const monthly = [...Map.groupBy(daily, ({ on }) => on.slice(0, 7))].map(([month, sums]) => ({ on: `${month}-01`, wattHours: sums.reduce((sum, each) => sum + each.wattHours, 0n), knownMinutes: sums.reduce((sum, each) => sum + each.knownMinutes, 0n) }));
      const usages = [usageFromDays({ period, obis: 'x', days: known }), usageFromSums({ period, resolution: 'DAY', obis: 'x', sums: daily }), usageFromSums({ period, resolution: 'MONTH', obis: 'x', sums: monthly })];
      expect(new Set(usages.map(({ totalWattHours }) => totalWattHours)).size).toBe(1);
      expect(new Set(usages.map(({ complete }) => complete)).size).toBe(1);
      expect(usages.map(({ starts, wattHours }) => starts.length - wattHours.length)).toEqual([0, 0, 0]);
    }),
    { numRuns: 15 },
  );
});

const series = (change: Partial<GivenSeries> = {}): GivenSeries => ({ meterNumber: ' 1emh1 ', obis: '1.29.0', start: new Date('2026-11-01T00:00Z'), minutes: 15, wattHours: [1n], status: 'TRUE', reason: null, method: null, ...change });

test.each<[string, Partial<GivenSeries>[], string[]]>([
  ['nothing at all', [], ['intervals']],
  ['10,000 values', [{ wattHours: Array(10_000).fill(1n) }], []],
  ['10,001 values', [{ wattHours: Array(6_000).fill(1n) }, { wattHours: Array(4_001).fill(1n) }], ['intervals']],
  ['a length of 20 minutes', [{}, { minutes: 20 }], ['intervals.1.minutes']],
  ['no meter number', [{ meterNumber: '' }], ['intervals.0.meterNumber']],
  ['no register code', [{ obis: 'x' }], ['intervals.0.obis']],
])('a delivery with %s', (_, all, paths) => {
  expect(faultsOfValues({ intervals: all.map(series), registers: [] }).map(({ path }) => path)).toEqual(paths);
});

test('series become rows that are counted through; missing values are left out; a day of the wrong length is refused value by value', () => {
  const spring = series({ start: startOfDay('2026-03-29'), wattHours: Array(96).fill(1n) });
  const { intervals, readings, unreadable } = rowsOf({
    intervals: [series({ wattHours: [1n, null, 3n] }), spring],
    registers: [{ meterNumber: '1EMH1', obis: '1-0:1.8.0', readAt: new Date('2026-11-01T00:00Z'), wattHours: 9n, quality: 'MEASURED', source: 'UPLOAD', reason: null, method: null }],
  });
  expect(intervals).toMatchObject([{ row: 1, path: 'intervals.0.wattHours.0', meterNumber: '1EMH1', obis: '1-0:1.29.0' }, { row: 3, startMs: Date.parse('2026-11-01T00:30Z'), endMs: Date.parse('2026-11-01T00:45Z') }]);
  expect(unreadable).toHaveLength(96);
  expect(unreadable[95]).toMatchObject({ row: 99, rule: 'R07', path: 'intervals.1.wattHours.95' });
  expect(readings).toMatchObject([{ row: 100, path: 'registers.0' }]);
});

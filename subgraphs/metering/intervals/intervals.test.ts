import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type KnownDay, usageFromDays, usageFromSums } from '../usage/usage.ts';
import type { Piece } from '../validation/place.ts';
import { berlinDay, makeDayFinder } from './berlin-day.ts';
import { codeOf, type DayColumns, emptyDay } from './day-columns.ts';
import { decide } from './decide.ts';
import { faultsOfValues, type GivenSeries, rowsOf } from './given.ts';
import { toQuarterHours } from './quarter-hours.ts';
import type { Run } from './run.ts';
import type { ValueStatus } from './value.ts';

const supply = { contractId: 'c', customerId: 'k', maloId: '41373559241', fromMs: 0, untilMs: Infinity, expectedWattHours: 0n };
const MIDNIGHT = startOfDay('2026-06-01').getTime();
const run = (row: number, place: number, wattHours: number[], status: ValueStatus = 'TRUE', reason: string | null = null): Run => ({
  row, path: null, nth: 0, meterNumber: 'M', obis: '1-0:1.29.0', startMs: MIDNIGHT + place * 900_000, stepMs: 900_000, wattHours, status, reason, method: null,
});
const pieceOf = (given: Run): Piece => ({ run: given, from: 0, count: given.wattHours.length, registerId: 1, minutes: 15, supply, day: berlinDay('2026-06-01'), isFirst: false });
function dayWith(known: Record<number, [number, ValueStatus]>): DayColumns {
  const day = emptyDay(pieceOf(run(1, 0, [])));
  for (const [place, [wattHours, status]] of Object.entries(known)) {
    day.wattHours[Number(place)] = wattHours;
    day.statuses[Number(place)] = codeOf(status);
  }
  return day;
}

test('what is new, known, replaced or refused is told apart, also within a batch', () => {
  const day = dayWith({ 1: [5, 'TRUE'], 2: [5, 'TRUE'], 3: [5, 'PROVISIONAL'], 7: [5, 'TRUE'] });
  const runs = [run(1, 0, [1, 5, 6, 6]), run(5, 0, [1]), run(6, 0, [2]), run(7, 7, [6], 'TRUE', 'misread')];
  const decided = decide(runs.map(pieceOf), () => day, new Map());
  expect(day.added).toEqual([0]);
  expect(decided).toMatchObject({ accepted: 3, unchanged: 2, warnings: [] });
  expect(decided.replaced).toEqual([
    { registerId: 1, startMs: MIDNIGHT + 3 * 900_000, wattHours: 6, status: 'TRUE', was: 'PROVISIONAL', reason: null },
    { registerId: 1, startMs: MIDNIGHT + 7 * 900_000, wattHours: 6, status: 'TRUE', was: 'TRUE', reason: 'misread' },
  ]);
  expect(decided.refused).toMatchObject([{ row: 3, rule: 'R02', reason: expect.stringContaining('only with a reason') }, { row: 6, rule: 'R02', reason: expect.stringContaining('row 1') }]);
  expect(day.change).toEqual({ wattHours: 3, known: 1, substitute: 0, provisional: -1, corrected: true });
});

test('whatever comes in whatever order, the change of a day is the difference of its sums', () => {
  const status = fc.constantFrom<ValueStatus>('TRUE', 'SUBSTITUTE', 'PROVISIONAL');
  const value = fc.tuple(fc.nat(200), status);
  const given = fc.record({ place: fc.nat(20), wattHours: fc.array(fc.nat(200), { minLength: 1, maxLength: 8 }), status });
  fc.assert(
    fc.property(fc.array(fc.option(value), { maxLength: 25 }), fc.array(given, { maxLength: 8 }), (known, all) => {
      const day = dayWith(Object.fromEntries(known.flatMap((each, place) => (each ? [[place, each]] : []))));
      const sums = () => ({
        wattHours: day.wattHours.reduce((a, b) => a + b, 0), known: day.statuses.filter((code) => code > 0).length,
        substitute: day.statuses.filter((code) => code === codeOf('SUBSTITUTE')).length, provisional: day.statuses.filter((code) => code === codeOf('PROVISIONAL')).length,
      });
      const before = sums();
      const rows = all.reduce((sum, { wattHours }) => sum + wattHours.length, 0);
      const decided = decide(all.map((each, nth) => pieceOf({ ...run(1 + nth * 10, each.place, each.wattHours, each.status, 'why'), method: 'how' })), () => day, new Map());
      const after = sums();
      expect({ ...day.change, corrected: null }).toEqual({
        wattHours: after.wattHours - before.wattHours, known: after.known - before.known, substitute: after.substitute - before.substitute, provisional: after.provisional - before.provisional, corrected: null,
      });
      expect(decided.accepted + decided.unchanged + decided.refused.length).toBe(rows);
      expect(decided.accepted).toBe(day.added.length + decided.replaced.length);
    }),
  );
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
        return { registerId: 1, day, wattHours, statuses: wattHours.map((value) => (value === null ? null : 'TRUE')) };
      });
      const sumOf = (day: KnownDay) => ({ registerId: 1, on: day.day, wattHours: day.wattHours.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n), knownMs: day.wattHours.filter((value) => value !== null).length * 900_000 });
      const daily = known.map(sumOf);
      const monthly = [...Map.groupBy(daily, ({ on }) => on.slice(0, 7))].map(([month, sums]) => ({ registerId: 1, on: `${month}-01`, wattHours: sums.reduce((sum, each) => sum + each.wattHours, 0n), knownMs: sums.reduce((sum, each) => sum + each.knownMs, 0) }));
      const usages = [usageFromDays({ period, obis: 'x', days: known, due: [], estimates: [], substitutes: [], missing: () => [] }), usageFromSums({ period, resolution: 'DAY', obis: 'x', sums: daily }), usageFromSums({ period, resolution: 'MONTH', obis: 'x', sums: monthly })];
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
  const { intervals, readings, unreadable } = rowsOf(
    {
      intervals: [series({ wattHours: [1n, null, 3n] }), spring],
      registers: [{ meterNumber: '1EMH1', obis: '1-0:1.8.0', readAt: new Date('2026-11-01T00:00Z'), wattHours: 9n, quality: 'MEASURED', source: 'UPLOAD', reason: null, method: null }],
    },
    new Map(),
  );
  expect(intervals).toMatchObject([{ row: 1, path: 'intervals.0.wattHours', nth: 0, wattHours: [1], meterNumber: '1EMH1', obis: '1-0:1.29.0' }, { row: 3, nth: 2, wattHours: [3], startMs: Date.parse('2026-11-01T00:30Z'), stepMs: 900_000 }]);
  expect(unreadable).toHaveLength(96);
  expect(unreadable[95]).toMatchObject({ row: 99, rule: 'R07', path: 'intervals.1.wattHours.95' });
  expect(readings).toMatchObject([{ row: 100, path: 'registers.0' }]);
});

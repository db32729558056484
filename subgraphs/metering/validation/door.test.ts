// R02, R03, R06, R07 and R08: what blocks, what only warns and what is just within. R01, R04 and R05 look at stored days: stored/day-rules.test.ts.
import { describe, expect, test } from 'vitest';
import { makeBerlinDayFinder } from '../intervals/berlin-day.ts';
import { emptyDay } from '../intervals/day-columns.ts';
import { decide } from '../intervals/decide.ts';
import { rowsOf } from '../intervals/given.ts';
import { type DoorBook, type DoorRule, severityOf } from './door.ts';
import type { MeterFacts } from './meter-facts.ts';
import { placeRuns } from './place.ts';

const NOW = Date.parse('2026-11-24T09:00Z');
const supply = { contractId: 'c', customerId: 'k', maloId: '41373559241', fromMs: 0, untilMs: Infinity, expectedWattHours: 3_504_000n };
const meters: ReadonlyMap<string, MeterFacts> = new Map([
  ['M', { meterId: 'm', meterNumber: 'M', registers: new Map([['1-0:1.29.0', { registerId: 1, intervalMinutes: 15, digits: 6 }]]), stays: [{ fromMs: 0, untilMs: Infinity, takesOver: false, supplies: [supply] }] }],
]);
type Series = Readonly<{ start: string; wattHours: bigint[] }>;

/** The whole way of values up to the table: what is refused, what is flagged, and what would be stored as [start, watt-hours]. */
function judge(book: DoorBook, all: readonly Series[]) {
  const series = all.map(({ start, wattHours }) => ({ meterNumber: 'M', obis: '1-0:1.29.0', start: new Date(start), minutes: 15, wattHours, status: 'TRUE' as const, reason: null, method: null }));
  const rows = rowsOf({ intervals: series, registers: [] }, book);
  const placed = placeRuns(rows.intervals, meters, { nowMs: NOW, oldestMs: 0, book, dayOf: makeBerlinDayFinder() });
  const days = new Map(placed.pieces.map((piece) => [piece.day.day, emptyDay(piece)]));
  const decided = decide(placed.pieces, ({ day }) => days.get(day.day)!, book);
  const stored = [...days.values()].flatMap((day) => day.added.map((place) => [new Date(day.fromMs + place * 900_000).toISOString(), day.wattHours[place]]));
  return {
    refused: new Set([...rows.unreadable, ...placed.rejections, ...decided.refused].map(({ rule }) => rule)),
    flagged: [...rows.flagged, ...placed.warnings, ...decided.warnings].map(({ rule }) => rule),
    stored,
  };
}

const at = '2026-11-01T00:00:00Z';
const spring = (count: number): Series[] => [{ start: '2026-03-28T23:00:00Z', wattHours: Array<bigint>(count).fill(5n) }];
/** Warns above 2, blocks above 4. */
describe.each<[DoorRule, Series[], Series[], Series[], [string, number]]>([
  ['R02', [{ start: at, wattHours: [5n] }, { start: at, wattHours: [10n] }], [{ start: at, wattHours: [5n] }, { start: at, wattHours: [9n] }], [{ start: at, wattHours: [5n] }, { start: at, wattHours: [7n] }], ['2026-11-01T00:00:00.000Z', 5]],
  ['R03', [{ start: at, wattHours: [-5n] }], [{ start: at, wattHours: [-4n] }], [{ start: at, wattHours: [-2n] }], ['2026-11-01T00:00:00.000Z', 0]],
  ['R06', [{ start: '2026-11-01T00:00:05Z', wattHours: [5n] }], [{ start: '2026-10-31T23:59:56Z', wattHours: [5n] }], [{ start: '2026-11-01T00:00:02Z', wattHours: [5n] }], ['2026-11-01T00:00:00.000Z', 5]],
])('%s', (rule, blocking, warning, inside, kept) => {
  const book = new Map([[rule, { warnsAbove: 2, blocksAbove: 4 }]]);
  test('blocks', () => expect([...judge(book, blocking).refused]).toContain(rule));
  test('warns, and is taken', () => {
    const { refused, flagged, stored } = judge(book, warning);
    expect([[...refused], flagged]).toEqual([[], [rule]]);
    expect(stored).toEqual([kept]);
  });
  test('is within', () => {
    const { refused, flagged, stored } = judge(book, inside);
    expect([[...refused], flagged]).toEqual([[], []]);
    expect(stored).toEqual([kept]);
  });
});

test.each<[number, number, number, [string[], string[]]]>([
  [96, 2, 3, [['R07'], []]],
  [96, 2, 4, [[], ['R07']]],
  [96, 4, 4, [[], []]],
  [92, 0, 0, [[], []]],
])('R07: of %i values of a day that has 92, warning above %i and blocking above %i', (count, warnsAbove, blocksAbove, expected) => {
  const { refused, flagged } = judge(new Map([['R07', { warnsAbove, blocksAbove }]]), spring(count));
  expect([[...refused], flagged]).toEqual(expected);
});

test.each([
  [0, 0, 0, null], [0, 0, 0.001, 'ERROR'], [0, 5, 5, 'WARNING'], [0, 5, 5.001, 'ERROR'], [2, 5, 2, null], [null, 5, 5, null], [null, 5, 6, 'ERROR'],
])('warning above %s and blocking above %s, a measure of %s is %s', (warnsAbove, blocksAbove, measure, severity) => {
  expect(severityOf(new Map([['R03', { warnsAbove, blocksAbove }]]), 'R03', measure)).toBe(severity);
});

test('a rule without thresholds allows nothing', () => expect(severityOf(new Map(), 'R08', 1)).toBe('ERROR'));

test.each([[2, null], [4, 'WARNING'], [5, 'ERROR']])('R08: an interval that is over in %i seconds', (seconds, severity) => {
  const book = new Map([['R08', { warnsAbove: 2, blocksAbove: 4 }]]);
  const runs = rowsOf({ intervals: [{ meterNumber: 'M', obis: '1-0:1.29.0', start: new Date('2026-11-24T08:45:00Z'), minutes: 15, wattHours: [5n], status: 'TRUE', reason: null, method: null }], registers: [] }, book).intervals;
  const { pieces, rejections, warnings } = placeRuns(runs, meters, { nowMs: NOW - seconds * 1_000, oldestMs: 0, book, dayOf: makeBerlinDayFinder() });
  expect([pieces.length, rejections.length, warnings.length]).toEqual([severity === 'ERROR' ? 0 : 1, severity === 'ERROR' ? 1 : 0, severity === 'WARNING' ? 1 : 0]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeBerlinDayFinder } from '../intervals/berlin-day.ts';
import type { Run } from '../intervals/run.ts';
import type { GivenInterval } from '../intervals/value.ts';
import { checkInterval, isFault } from './check-interval.ts';
import { checkReading } from './check-reading.ts';
import type { MeterFacts } from './meter-facts.ts';
import { placeRuns } from './place.ts';
import { dayCountFault } from './series.ts';

const at = (text: string) => Date.parse(text);
const supply = { contractId: 'c', customerId: 'k', maloId: '41373559241', fromMs: at('2026-10-01T00:00+02:00'), untilMs: at('2026-12-01T00:00+01:00'), expectedWattHours: 3_504_000n };
const meter: MeterFacts = {
  meterId: 'm', meterNumber: '1EMH1',
  registers: new Map([['1-0:1.29.0', { registerId: 1, intervalMinutes: 15, digits: 6 }], ['1-0:2.29.0', { registerId: 2, intervalMinutes: null, digits: 6 }], ['1-0:1.8.0', { registerId: 3, intervalMinutes: null, digits: 5 }]]),
  stays: [{ fromMs: at('2026-09-01T00:00+02:00'), untilMs: at('2026-11-20T12:00+01:00'), takesOver: false, supplies: [supply] }],
};
const circumstances = { nowMs: at('2026-11-24T09:00Z'), oldestMs: at('2023-11-01T00:00+01:00'), dayOf: makeBerlinDayFinder(), book: new Map() };
const good: GivenInterval = { row: 1, path: null, meterNumber: '1EMH1', obis: '1-0:1.29.0', startMs: at('2026-11-01T00:00+01:00'), endMs: at('2026-11-01T00:15+01:00'), wattHours: 100n, status: 'TRUE', reason: null, method: null };
const span = (start: string, minutes = 15) => ({ startMs: at(start), endMs: at(start) + minutes * 60_000 });

// 3,504 kWh a year are 400 W on average; 200 times that is 80 kW, below the floor of 100 kW: 25,000 Wh in a quarter hour.
test.each<[string, Partial<GivenInterval>, string | null]>([
  ['is placed', {}, null],
  ['of zero is placed', { wattHours: 0n }, null],
  ['needs its register', { obis: '1-0:1.9.0' }, 'R14'],
  ['is no counter', { obis: '1-0:1.8.0' }, 'R14'],
  ['is not negative', { wattHours: -1n }, 'R03'],
  ['that is a substitute says why and how', { status: 'SUBSTITUTE', reason: 'no access', method: 'interpolated' }, null],
  ['does not last 10 minutes', span('2026-11-01T00:00Z', 10), 'R06'],
  ['does not last no time', span('2026-11-01T00:00Z', 0), 'R06'],
  ['does not end before it starts', span('2026-11-01T00:15Z', -15), 'R06'],
  ['starts with a quarter hour', span('2026-11-01T00:05Z'), 'R06'],
  ['is as long as the others of its register', span('2026-11-01T00:00Z', 30), 'R06'],
  ['sets the length where there is none yet', { ...span('2026-11-01T00:00Z', 60), obis: '1-0:2.29.0' }, null],
  ['that ends now is over', span('2026-11-24T08:45Z'), 'R14'], // over, but after the meter was taken down
  ['that ends later is not', span('2026-11-24T09:00Z'), 'R08'],
  ['of four years ago is not kept', span('2022-11-01T00:00Z'), null],
  ['before the installation has no place', span('2026-08-31T21:45Z'), 'R14'],
  ['up to the end of the installation has one', span('2026-11-20T10:45Z'), null],
  ['after it has none', span('2026-11-20T11:00Z'), 'R14'],
  ['before the contract has no customer', span('2026-09-30T21:45Z'), 'R14'],
  ['at the contract’s start has one', span('2026-09-30T22:00Z'), null],
  ['of exactly 100 kW may be', { wattHours: 25_000n }, null],
  ['above has a wrong unit', { wattHours: 25_001n }, 'R16'],
])('an interval %s', (name, change, rule) => {
  const outcome = checkInterval({ ...good, ...change }, meter, circumstances);
  expect(isFault(outcome) ? outcome.rule : null, isFault(outcome) ? outcome.reason : '').toBe(rule);
  expect(isFault(outcome)).toBe(rule !== null || name.includes('four years'));
});

test('a big business may use more than 100 kW, up to 200 times its average', () => {
  const big = { ...meter, stays: [{ ...meter.stays[0]!, supplies: [{ ...supply, expectedWattHours: 87_600_000n }] }] }; // 10 kW
  expect(isFault(checkInterval({ ...good, wattHours: 500_000n }, big, circumstances))).toBe(false);
  expect(checkInterval({ ...good, wattHours: 500_001n }, big, circumstances)).toMatchObject({ rule: 'R16' });
});

test('nobody knows the meter', () => {
  expect(checkInterval(good, undefined, circumstances)).toMatchObject({ rule: 'R14', registerId: null });
});

const runOf = (startMs: number, wattHours: number[], change: Partial<Run> = {}): Run => ({ row: 1, path: null, nth: 0, meterNumber: '1EMH1', obis: '1-0:1.29.0', startMs, stepMs: 900_000, wattHours, status: 'TRUE', reason: null, method: null, ...change });
const place = (runs: Run[]) => placeRuns(runs, new Map([['1EMH1', meter]]), circumstances);

test('the first interval of a register sets the length of all in the batch', () => {
  const { pieces, rejections } = place([
    runOf(at('2026-11-01T00:00Z'), [1], { stepMs: 1_800_000, obis: '1-0:2.29.0' }),
    runOf(at('2026-11-01T00:30Z'), [1], { row: 2, obis: '1-0:2.29.0' }),
    runOf(at('2026-11-01T01:00Z'), [1], { row: 3, stepMs: 1_800_000, obis: '1-0:2.29.0' }),
  ]);
  expect(pieces.map(({ run }) => run.row)).toEqual([1, 3]);
  expect(rejections).toMatchObject([{ row: 2, rule: 'R06', registerId: 2 }]);
});

test('a run is cut at midnight of Berlin, also when clocks change', () => {
  const { pieces } = place([runOf(at('2026-10-24T00:00+02:00'), Array(96 + 100 + 1).fill(5))]);
  expect(pieces.map(({ day, from, count }) => [day.day, from, count])).toEqual([['2026-10-24', 0, 96], ['2026-10-25', 96, 100], ['2026-10-26', 196, 1]]);
});

test('of a run with something wrong in it only that is refused, and each value is placed as it would be by itself', () => {
  const startMs = at('2026-11-20T10:00Z'); // the meter is taken down at 11:00
  const { pieces, rejections } = place([runOf(startMs, [1, -2, 3, 25_001, 5])]);
  expect(pieces.map(({ run }) => [run.row, run.startMs, run.wattHours])).toEqual([[1, startMs, [1]], [3, startMs + 1_800_000, [3]]]);
  expect(rejections.map(({ row, rule }) => [row, rule])).toEqual([[2, 'R03'], [4, 'R16'], [5, 'R14']]);
});

test('whether looked at as one or value by value, a run is placed alike', () =>
  fc.assert(
    fc.property(fc.integer({ min: -8, max: 8 }), fc.array(fc.constantFrom(0, 5, 25_000, 25_001, -1), { minLength: 1, maxLength: 12 }), fc.constantFrom('2026-10-01T00:00+02:00', '2026-11-20T12:00+01:00', '2026-10-25T00:00+02:00'), (shift, wattHours, around) => {
      const startMs = at(around) + shift * 900_000;
      const stored = ({ pieces }: ReturnType<typeof place>) => pieces.flatMap(({ run, from, count, day }) => Array.from({ length: count }, (_, nth) => [day.day, run.startMs + (from + nth) * 900_000, run.wattHours[from + nth]]));
      const [together, apart] = [place([runOf(startMs, wattHours)]), place(wattHours.map((value, nth) => runOf(startMs + nth * 900_000, [value], { row: nth + 1 })))];
      expect(stored(together)).toEqual(stored(apart));
      expect(together.rejections).toEqual(apart.rejections);
    }),
  ));

const reading = { row: 1, path: null, meterNumber: '1EMH1', obis: '1-0:1.8.0', readAtMs: at('2026-11-01T00:00Z'), wattHours: 5_000n, quality: 'MEASURED', source: 'UPLOAD', reason: null, method: null } as const;
test.each([
  ['in time', {}, null],
  ['at the end of the installation', { readAtMs: at('2026-11-20T11:00Z') }, null],
  ['after it', { readAtMs: at('2026-11-20T11:00:01Z') }, 'R14'],
  ['before the contract', { readAtMs: at('2026-09-30T21:59Z') }, 'R14'],
  ['in the future', { readAtMs: at('2026-11-24T09:00:01Z') }, 'R08'],
  ['below zero', { wattHours: -1n }, 'R03'],
  ['beyond five digits', { wattHours: 100_000_000n }, 'R16'],
  ['of all five nines', { wattHours: 99_999_999n }, null],
  ['of a load profile', { obis: '1-0:1.29.0' }, 'R14'],
  ['of an unknown register', { obis: '1-0:1.8.2' }, 'R14'],
])('a reading %s: %s', (_, change, rule) => {
  const outcome = checkReading({ ...reading, ...change }, meter, circumstances.nowMs);
  expect(isFault(outcome) ? outcome.rule : null).toBe(rule);
});

test.each([
  ['2026-03-29T00:00+01:00', 96, 15, '92'],
  ['2026-03-29T00:00+01:00', 92, 15, null],
  ['2026-10-25T00:00+02:00', 96, 15, '100'],
  ['2026-10-25T00:00+02:00', 100, 15, null],
  ['2026-10-25T00:00+02:00', 24, 60, '25'],
  ['2026-10-25T00:00+02:00', 25, 60, null],
  ['2026-11-01T00:00+01:00', 96, 15, null],
  ['2026-10-24T00:00+02:00', 192, 15, '196'],
  ['2026-03-29T06:00+02:00', 96, 15, null], // from morning to morning: nobody counted a day
  ['2026-03-29T00:00+01:00', 40, 15, null],
])('from %s, %i values of %i minutes: %s', (start, count, minutes, right) => {
  const fault = dayCountFault(at(start), count, minutes);
  if (right === null) expect(fault).toBeNull();
  else expect(fault).toEqual({ differs: Math.abs(count - Number(right)), reason: expect.stringMatching(new RegExp(`have ${right}$`)) });
});

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { addDays, dayOf, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { advanceOf } from '@stromgraph/kernel/energy';
import { likeDays } from './day-kind.ts';
import { estimate, type MethodRule, scaleToCounter } from './estimate.ts';
import { dividedAt, partOf } from './exchange.ts';
import { explain } from './explain.ts';
import { findGaps } from './gaps.ts';
import { advancesAround, estimatedBefore, estimateDueOn } from './ground.ts';
import { wallClock } from './wall-clock.ts';

const QUARTER = 900_000;
const RULES: MethodRule[] = [{ method: 'INTERPOLATION', upToMinutes: 45 }, { method: 'LIKE_DAYS', upToMinutes: 10_080 }, { method: 'PROFILE', upToMinutes: null }];
const toDay = (instantMs: number) => dayOf(new Date(instantMs));
/** Days of quarter hours, each with the value that a function gives. */
const known = (days: readonly string[], value: (day: string, nth: number) => number | null) =>
  new Map(days.flatMap((day) => quarterHoursOf(day).flatMap((at, nth) => { const of = value(day, nth); return of === null ? [] : [[at.getTime(), BigInt(of)] as const]; })));
const weeks = (day: string, count = 28) => Array.from({ length: count }, (_, nth) => addDays(day, nth + 1 - count));
const ground = (values: Map<number, bigint>, expectedWattHoursAYear = 3_504_000n) => ({ series: { minutes: 15, values }, dayOf: toDay, expectedWattHoursAYear });

describe('the length of a gap decides', () => {
  const DAY = '2026-11-10'; // a Tuesday
  const withGap = (from: number, count: number, back = weeks(DAY)) => known([...back, addDays(DAY, 1)], (day, nth) => (day === DAY && nth >= from && nth < from + count ? null : 100 + nth));
  const methods = (values: Map<number, bigint>, days = [DAY], rules = RULES) => findGaps(ground(values).series, days).flatMap((gap) => estimate(gap, ground(values), rules)?.[0]?.method ?? 'NONE');

  test.each([
    ['a quarter hour', withGap(40, 1), 'INTERPOLATION'],
    ['45 minutes', withGap(40, 3), 'INTERPOLATION'],
    ['an hour', withGap(40, 4), 'LIKE_DAYS'],
    ['45 minutes without a neighbour', new Map([...withGap(40, 3)].filter(([startMs]) => startMs !== quarterHoursOf(DAY)[43]!.getTime())), 'LIKE_DAYS'],
    ['a day', withGap(0, 96), 'LIKE_DAYS'],
    ['an hour that no like day knows', withGap(40, 4, [addDays(DAY, -1), DAY]), 'PROFILE'],
    ['a day and nothing else is known', known([addDays(DAY, 1)], () => 5), 'PROFILE'],
  ])('%s: %s', (_, values, method) => expect(methods(values)).toEqual([method]));

  test('more than a week is filled from the profile', () => {
    const days = weeks(DAY, 8);
    const values = known(weeks(addDays(DAY, -8)), (_, nth) => nth);
    const [gap] = findGaps(ground(values).series, days);
    const formed = estimate(gap!, ground(values), RULES)!;
    expect(formed).toHaveLength(8 * 96);
    expect(formed[0]).toMatchObject({ method: 'PROFILE', wattHours: 0n, inputs: { from: '2026-10-06', until: '2026-11-02' } });
    expect(formed[95]).toMatchObject({ wattHours: 95n });
  });

  test('where nothing is known and nothing is expected, no method has its inputs', () => {
    const values = new Map<number, bigint>();
    expect(estimate(findGaps(ground(values).series, [DAY])[0]!, ground(values, 0n), RULES)).toBeNull();
  });
  test('what nobody ever measured is the expected use, evenly', () => {
    const values = new Map<number, bigint>();
    expect(estimate(findGaps(ground(values).series, [DAY])[0]!, ground(values), RULES)![7]).toMatchObject({ wattHours: 100n, inputs: { expectedWattHoursAYear: '3504000' } });
  });
});

test('a straight line between the neighbours, rounded half up', () => {
  const [day] = ['2026-11-10'];
  const values = known([day!], (_, nth) => (nth >= 40 && nth < 43 ? null : nth < 40 ? 100 : 205));
  expect(estimate(findGaps(ground(values).series, [day!])[0]!, ground(values), RULES)!.map(({ wattHours }) => Number(wattHours))).toEqual([126, 153, 179]);
});

test('like days give the mean of the same time of up to three of them', () => {
  const day = '2026-11-10';
  const values = known(weeks(addDays(day, -1), 35), (of) => ({ '2026-11-03': 10, '2026-10-27': 20, '2026-10-20': 31, '2026-10-13': 900 })[of] ?? 500);
  const formed = estimate(findGaps(ground(values).series, [day])[0]!, ground(values), RULES)!;
  expect(new Set(formed.map(({ wattHours }) => wattHours))).toEqual(new Set([20n]));
  expect(formed[0]!.inputs).toEqual({ days: ['2026-10-20', '2026-10-27', '2026-11-03'] });
});

test.each([
  ['2026-11-10', ['2026-11-03', '2026-10-27', '2026-10-20', '2026-10-13']],
  ['2026-12-25', ['2026-12-20', '2026-12-13', '2026-12-06', '2026-11-29']], // a holiday, a Friday: Sundays
  ['2026-10-10', ['2026-09-26', '2026-09-19', '2026-09-12']], // 3 October was a holiday
])('days like %s', (day, like) => expect(likeDays(day)).toEqual(like));

describe('days of a clock change', () => {
  test.each([['2026-03-29', 92], ['2026-10-25', 100], ['2026-11-10', 96]])('%s has %i quarter hours; its clock shows what other days show', (day, count) => {
    const times = quarterHoursOf(day).map((at) => wallClock(at.getTime(), day) / QUARTER);
    expect(times).toHaveLength(count);
    expect([times[0], times.at(-1)]).toEqual([0, 95]);
    expect(times.includes(8)).toBe(day !== '2026-03-29'); // 02:00
    expect(times.filter((time) => time === 8)).toHaveLength(count === 100 ? 2 : count === 92 ? 0 : 1);
  });
  test.each([['2026-03-29', 92], ['2026-10-25', 100]])('a missing %s is filled whole, hour by hour of the clock', (day, count) => {
    const values = known(weeks(addDays(day, -1)), (_, nth) => nth);
    const formed = estimate(findGaps(ground(values).series, [day])[0]!, ground(values), RULES)!;
    expect(formed.map(({ startMs, wattHours }) => Number(wattHours) * QUARTER - wallClock(startMs, day))).toEqual(Array(count).fill(0));
  });
});

test('what the counter says goes before what the shape says, to the watt-hour', () => {
  fc.assert(fc.property(fc.constantFrom('2026-03-29', '2026-10-25', '2026-11-10'), fc.integer({ min: 0, max: 80 }), fc.integer({ min: 1, max: 12 }), fc.nat(50_000), (day, from, count, missing) => {
    const values = known([...weeks(addDays(day, -1)), day], (of, nth) => (of === day && nth >= from && nth < from + count ? null : (nth * 7) % 90));
    const formed = findGaps(ground(values).series, [day]).flatMap((gap) => estimate(gap, ground(values), RULES)!);
    const knownOfDay = quarterHoursOf(day).reduce((sum, at) => sum + (values.get(at.getTime()) ?? 0n), 0n);
    const advance = { fromMs: startOfDay(day).getTime(), untilMs: startOfDay(addDays(day, 1)).getTime(), wattHours: knownOfDay + BigInt(missing) };
    const scaled = scaleToCounter(formed, ground(values), [advance]);
    expect(scaled.reduce((sum, { wattHours }) => sum + wattHours, 0n)).toBe(BigInt(missing));
    expect(scaled.every(({ inputs }) => inputs.counter?.wattHours === String(advance.wattHours))).toBe(true);
  }), { numRuns: 40 });
});

test.each([
  ['less than what is known', -1n, {}],
  ['between readings off the grid', 1_000n, { shiftMs: 60_000 }],
  ['while other values between them are missing', 1_000n, { until: 2 }],
])('a counter that advanced %s scales nothing', (_, more, { shiftMs = 0, until = 1 }: { shiftMs?: number; until?: number }) => {
  const day = '2026-11-10';
  const values = known([...weeks(addDays(day, -1)), day], (of, nth) => (of === day && nth === 40 ? null : 100));
  const formed = estimate(findGaps(ground(values).series, [day])[0]!, ground(values), RULES)!;
  const advance = { fromMs: startOfDay(day).getTime() + shiftMs, untilMs: startOfDay(addDays(day, until)).getTime() + shiftMs, wattHours: 9_500n + more };
  expect(scaleToCounter(formed, ground(values), [advance])).toEqual(formed);
});

describe('the interval in which a meter was exchanged, at 10:07', () => {
  const day = '2026-11-10';
  const [at, exchangedMs] = [(nth: number) => quarterHoursOf(day)[nth]!.getTime(), quarterHoursOf(day)[40]!.getTime() + 7 * 60_000];
  const before = { startMs: at(40), fromMs: at(40), untilMs: exchangedMs, neighbourMs: at(39) };
  const after = { startMs: at(40), fromMs: exchangedMs, untilMs: at(41), neighbourMs: at(41) };
  const old = (value: number) => ground(known([day], (_, nth) => (nth < 40 ? value : null)));

  test('each part is as much of its own neighbour as lies in it, whatever the other meter shows', () => {
    expect(partOf(before, old(150), RULES)).toMatchObject({ wattHours: 70n, method: 'EXCHANGE', part: { fromMs: at(40), untilMs: exchangedMs } });
    expect(partOf(after, ground(known([day], (_, nth) => (nth > 40 ? 9_000 : null))), RULES)).toMatchObject({ wattHours: 4_800n });
  });
  test('without a neighbour it is of what is usual, or expected; of nothing there is none', () => {
    expect(partOf(before, ground(known(weeks(addDays(day, -1)), () => 30)), RULES)).toMatchObject({ wattHours: 14n });
    expect(partOf(before, ground(new Map()), RULES)).toMatchObject({ wattHours: 47n }); // 100 Wh
    expect(partOf(before, ground(new Map(), 0n), RULES)).toBeNull();
  });
  test('a counter that was read at the exchange says more: its part, and what else is missing, are what it advanced', () => {
    const part = partOf(before, old(150), RULES)!;
    const advance = { fromMs: at(36), untilMs: exchangedMs, wattHours: 4n * 150n + 91n };
    expect(scaleToCounter([part], old(150), [advance])).toMatchObject([{ wattHours: 91n }]);
    expect(scaleToCounter([part], old(150), [{ ...advance, wattHours: 599n }])).toEqual([part]); // less than its intervals say
    expect(scaleToCounter([part], old(150), [{ ...advance, untilMs: exchangedMs + 60_000 }])).toEqual([part]);
    const missing = { startMs: at(39), wattHours: 140n, method: 'LIKE_DAYS' as const, inputs: {} };
    const ofOld = ground(known([day], (_, nth) => (nth < 39 ? 150 : null)));
    expect(scaleToCounter([missing, part], ofOld, [{ ...advance, wattHours: 3n * 150n + 420n }]).map(({ wattHours }) => wattHours)).toEqual([280n, 140n]);
  });
  test('between two intervals nothing is divided', () => {
    const exchange = { registerId: 2, oldRegisterId: 1, exchangedMs };
    expect([dividedAt(exchange, 15), dividedAt(exchange, 60), dividedAt({ ...exchange, exchangedMs: at(40) }, 15)]).toEqual([at(40), at(40), null]);
  });
});

test.each([
  [{ digits: 5, factor: '1' }, 99_820_000n, 180_000n, 360_000n, true], // the worked figure of the market's rules, in watt-hours
  [{ digits: 5, factor: '40' }, 99_820_000n, 180_000n, 14_400_000n, true],
  [{ digits: 6, factor: '1' }, 1_000n, 1_001n, 1n, false],
  [{ digits: 6, factor: '1.5' }, 0n, 1n, 2n, false], // rounded half up
  [{ digits: 6, factor: '0.000001' }, 0n, 400_000n, 0n, false],
])('a counter %j from %s to %s advances by %s', (counter, from, until, wattHours, rolledOver) => expect(advanceOf(counter, from, until)).toEqual({ wattHours, rolledOver }));

test('advances that reach into a day of a gap count, those of more than 62 days do not', () => {
  const read = (day: string, wattHours: bigint) => ({ readAtMs: startOfDay(day).getTime(), wattHours });
  const reads = [read('2026-05-01', 0n), read('2026-09-01', 500n), read('2026-11-01', 900n), read('2026-11-11', 1_000n), read('2026-12-01', 1_300n)];
  const found = (day: string) => advancesAround({ digits: 6, factor: '1' }, reads, [day]).map(({ wattHours }) => wattHours);
  expect([found('2026-11-10'), found('2026-11-11'), found('2026-08-31'), found('2026-10-31')]).toEqual([[100n], [300n], [], [400n]]);
});

test.each([['2026-10-31', '2026-11-08'], ['2026-12-01', '2027-01-08'], ['2026-01-31', '2026-02-08']])('gaps of %s are estimated from %s on', (day, due) => {
  expect(estimateDueOn(day)).toBe(due);
  expect(day < estimatedBefore(due)).toBe(true);
  expect(day < estimatedBefore(addDays(due, -1))).toBe(false);
});

test.each([
  ['INTERPOLATION', { neighbours: ['100', '205'] }, 'A straight line between the values before (100 Wh) and after (205 Wh) the gap.'],
  ['LIKE_DAYS', { days: ['2026-11-03'], counter: { from: 'a', until: 'b', wattHours: '9600' } }, 'The mean of the same time on comparable days before (2026-11-03), scaled to what the counter advanced (9.6 kWh from a to b).'],
  ['PROFILE', { from: '2026-10-06', until: '2026-11-02' }, 'The usual use at this time of such days, from what was measured from 2026-10-06 to 2026-11-02.'],
  ['PROFILE', { expectedWattHoursAYear: '3504000' }, 'The expected use of a year (3504 kWh), spread evenly.'],
  ['EXCHANGE', { exchange: { at: '2026-11-10T10:07:00.000Z', before: '23', after: '32' } }, 'The meter was exchanged at 2026-11-10T10:07:00.000Z: 23 Wh of the old meter until then and 32 Wh of the new one, each from its own side.'],
  ['BY_HAND', { note: 'read on site' }, 'Set by a person: read on site.'],
] as const)('%s is explained', (method, inputs, words) => expect(explain(method, inputs as never)).toBe(words));

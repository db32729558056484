import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf, quarterHoursOf, startOfDay } from '@stromgraph/kernel/time';
import { type DueRegister, hungAt, lackingAt } from './due.ts';
import { daysFromReadings } from './from-readings.ts';
import { MISSING_TEXTS, type MissingFacts, missingReason, missingRuns, type Unknown } from './missing.ts';
import { type KnownSum, usageFromDays, usageFromSums } from './usage.ts';

const at = (text: string) => Date.parse(text);
const toDay = (instantMs: number) => dayOf(new Date(instantMs));
const counter = { digits: 6, factor: '1' };

/** Two meters of a location, the second of which took the first one's place. */
const PROFILE = '1-0:1.29.0';
const OLD = { registerId: 1, obis: PROFILE, minutes: 15, places: [{ fromMs: at('2026-10-01T00:00Z'), untilMs: at('2026-11-10T10:07Z'), takesOver: false, isAwaited: true }] };
const NEW = { ...OLD, registerId: 2, places: [{ fromMs: at('2026-11-10T10:07Z'), untilMs: Infinity, takesOver: true, isAwaited: true }] };
const BESIDE = { ...OLD, registerId: 3, places: [{ fromMs: at('2026-10-01T00:00Z'), untilMs: Infinity, takesOver: false, isAwaited: true }] };
/** The quarter hours of a day of which nothing, or what `isKnown` says, is known. */
function unknownOf(day: string, registers: readonly DueRegister[], isKnown: (registerId: number, nth: number) => boolean = () => false): Unknown[] {
  const lacking = lackingAt(registers, { from: day, until: addDays(day, 1) }, isKnown);
  return quarterHoursOf(day).map((start, nth) => ({ startMs: start.getTime(), lacking: lacking.get(nth) ?? [] }));
}

describe('why a quarter hour has no value', () => {
  const facts = (now: string, change: Partial<MissingFacts> = {}): MissingFacts => ({ nowMs: at(now), dayOf: toDay, isSupplied: (startMs) => hungAt([OLD, NEW], startMs), isRefused: () => false, ...change });
  test.each([
    ['it is not over', '2026-11-10T12:00Z', facts('2026-11-10T12:14Z'), 'NOT_OVER'],
    ['the market has until eleven', '2026-11-09T12:00Z', facts('2026-11-10T09:59Z'), 'AWAITED'],
    ['it is eleven', '2026-11-09T12:00Z', facts('2026-11-10T10:00Z'), 'OVERDUE'],
    ['the meter was exchanged in it', '2026-11-10T10:00Z', facts('2026-11-20T10:00Z'), 'METER_EXCHANGED'],
    ['before the first installation', '2026-09-30T10:00Z', facts('2026-11-20T10:00Z'), 'NOT_SUPPLIED'],
    ['it came and was refused', '2026-11-11T10:00Z', facts('2026-11-20T10:00Z', { isRefused: (registerId, startMs) => registerId === 2 && startMs === at('2026-11-11T10:00Z') }), 'REFUSED'],
    ['of another meter it was refused', '2026-11-11T10:00Z', facts('2026-11-20T10:00Z', { isRefused: (registerId) => registerId === 1 }), 'OVERDUE'],
  ])('%s', (_, start, given, reason) => expect(missingReason(unknownOf(toDay(at(start)), [OLD, NEW]).find(({ startMs }) => startMs === at(start))!, given)).toBe(reason));

  test('one after the other with one reason are one', () => {
    const day = '2026-11-10';
    const runs = missingRuns(unknownOf(day, [OLD, NEW]), facts('2026-11-20T10:00Z'));
    expect(runs.map(({ reason }) => reason)).toEqual(['OVERDUE', 'METER_EXCHANGED', 'OVERDUE']);
    expect([runs[0]!.fromMs, runs[2]!.untilMs]).toEqual([startOfDay(day).getTime(), startOfDay(addDays(day, 1)).getTime()]);
  });
  test('each reason has a sentence', () => {
    for (const text of Object.values(MISSING_TEXTS)) expect(text).toMatch(/^[A-Z][^_]{15,}\.$/);
  });
});

describe('usage from readings', () => {
  const reading = (day: string, wattHours: bigint, registerId = 1) => ({ registerId, readAtMs: startOfDay(day).getTime(), wattHours, counter });

  test('the days between two readings add up to the advance, to the watt-hour, whatever the clock does', () => {
    fc.assert(fc.property(fc.constantFrom('2026-03-01', '2026-10-01', '2026-06-15'), fc.integer({ min: 1, max: 60 }), fc.nat(5_000_000), (from, days, advance) => {
      const until = addDays(from, days);
      const sums = daysFromReadings([reading(from, 1_000n), reading(until, 1_000n + BigInt(advance))], { from: '2026-01-01', until: '2027-01-01' });
      expect(sums).toHaveLength(days);
      for (const resolution of ['DAY', 'MONTH', 'YEAR'] as const) {
        const usage = usageFromSums({ period: { from, until }, resolution, obis: '1-0:1.8.0', sums, source: 'READINGS' });
        expect(usage).toMatchObject({ totalWattHours: BigInt(advance), complete: true });
        expect(usage.wattHours.reduce<bigint>((a, b) => a + (b ?? 0n), 0n)).toBe(BigInt(advance));
      }
    }), { numRuns: 30 });
  });
  test('days of a clock change have their hours\' share', () => {
    const shares = (from: string) => daysFromReadings([reading(from, 0n), reading(addDays(from, 2), 48_000n)], { from, until: addDays(from, 2) }).map(({ wattHours }) => Number(wattHours));
    expect(shares('2026-11-10')).toEqual([24_000, 24_000]);
    expect(shares('2026-03-28')).toEqual([24_511, 23_489]); // 24 and 23 of 47 hours
    expect(shares('2026-10-24')).toEqual([23_510, 24_490]); // 24 and 25 of 49
  });
  test('an exchange begins another register; nothing is made up between them', () => {
    const sums = daysFromReadings([reading('2026-11-01', 900_000n), reading('2026-11-03', 902_000n), reading('2026-11-03', 0n, 2), reading('2026-11-05', 4_000n, 2)], { from: '2026-11-02', until: '2026-11-05' });
    expect(sums.map(({ on, wattHours }) => [on, Number(wattHours)])).toEqual([['2026-11-02', 1_000], ['2026-11-03', 2_000], ['2026-11-04', 2_000]]);
  });
});

describe('what the registers of a contract know together', () => {
  const day = '2026-11-10';
  const period = { from: day, until: addDays(day, 1) };
  const quarters = (registerId: number, count: number): KnownSum => ({ registerId, on: day, wattHours: 1n, knownMs: count * 900_000 });
  const complete = (due: readonly DueRegister[], ...sums: KnownSum[]) => usageFromSums({ period, resolution: 'DAY', obis: PROFILE, sums, due }).complete;
  // The day has 96 quarter hours, of which 44 are before that of the exchange.
  test.each<[string, DueRegister[], KnownSum[], boolean]>([
    ['two in parallel, both whole', [OLD, NEW, BESIDE], [quarters(1, 44), quarters(2, 52), quarters(3, 96)], true],
    ['one whole, of the other nothing', [{ ...BESIDE, registerId: 4 }, BESIDE], [quarters(3, 96)], false],
    ['a half of each: together as many as the day has', [{ ...BESIDE, registerId: 4 }, BESIDE], [quarters(3, 48), quarters(4, 48)], false],
    ['the one after the other', [OLD, NEW], [quarters(1, 44), quarters(2, 52)], true],
    ['the quarter hour of the exchange is nobody\'s', [OLD, NEW], [quarters(1, 44), quarters(2, 51)], false],
    ['nobody measured the rest of the day', [OLD], [quarters(1, 44)], false],
    ['nobody had to deliver at all', [], [], false],
    ['a counter knows the day to the instant at which it was read last', [{ ...OLD, obis: '1-0:1.8.0' }, { ...NEW, obis: '1-0:1.8.0' }], [{ ...quarters(1, 44), knownMs: 44 * 900_000 + 420_000 }, { ...quarters(2, 52), knownMs: 52 * 900_000 - 420_000 }], true],
    ['hours wait for whole ones', [{ ...OLD, minutes: 60 }, { ...NEW, minutes: 60 }], [quarters(1, 44), quarters(2, 52)], true],
  ])('%s', (_, due, sums, expected) => expect(complete(due, ...sums)).toBe(expected));

  test('a quarter hour that one of two has not delivered is missing, though something of it is known', () => {
    const values = (registerId: number, isKnown: (nth: number) => boolean) => ({ registerId, day, wattHours: quarterHoursOf(day).map((_, nth) => (isKnown(nth) ? 10n : null)), statuses: quarterHoursOf(day).map((_, nth) => (isKnown(nth) ? 'TRUE' as const : null)) });
    const usage = usageFromDays({ period, obis: PROFILE, due: [OLD, NEW, BESIDE], estimates: [], substitutes: [], days: [values(1, (nth) => nth < 44), values(2, (nth) => nth > 44), values(3, (nth) => nth !== 7)],
      missing: (unknown) => unknown.map(({ startMs, lacking }) => ({ fromMs: startMs, untilMs: lacking[0]!.registerId, reason: 'OVERDUE' })) });
    expect(usage).toMatchObject({ complete: false, totalWattHours: 1_900n });
    expect(usage.missing).toMatchObject([{ fromMs: quarterHoursOf(day)[7]!.getTime(), untilMs: 3 }, { fromMs: quarterHoursOf(day)[44]!.getTime(), untilMs: 2 }]);
  });
});

test('years are cut off at the ends of the period, and steps of one key are added', () => {
  const usage = usageFromSums({ period: { from: '2025-12-01', until: '2027-01-15' }, resolution: 'YEAR', obis: 'x', sums: [{ registerId: 1, on: '2025-12-01', wattHours: 1n, knownMs: 0 }, { registerId: 1, on: '2026-05-01', wattHours: 2n, knownMs: 0 }, { registerId: 1, on: '2026-06-01', wattHours: 3n, knownMs: 0 }] });
  expect(usage.starts.map(toDayOf)).toEqual(['2025-12-01', '2026-01-01', '2027-01-01']);
  expect(usage.wattHours).toEqual([1n, 5n, null]);
});
const toDayOf = (instant: Date) => dayOf(instant);

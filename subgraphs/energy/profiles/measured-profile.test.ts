import { expect, test } from 'vitest';
import type { DayType } from './day-type.ts';
import { dynamisationOn } from './dynamisation.ts';
import { type MeteredSum, measuredProfile } from './measured-profile.ts';
import type { ProfileValue } from './profile.ts';
import { nextLearningAt } from './timetable.ts';

/** A thousandth of a kilowatt-hour in every quarter hour of a year of a million, twice that in July. */
const values: ProfileValue[] = Array.from({ length: 12 }, (_, month) => (['WT', 'SA', 'FT'] as const).flatMap((dayType) => Array.from({ length: 96 }, (_slot, slot) => ({ month: month + 1, dayType, slot, value: month === 6 ? '2' : '1' })))).flat();
const base = { dynamised: false, seasonal: false, values };
/** Of a million kilowatt-hours a year, a thousand watt-hours by profile in each quarter hour. */
const sum = (day: string, dayType: DayType, usedAt: (slot: number) => number): MeteredSum => ({ day, dayType, expectedWattHours: 1_000_000_000n, used: Array.from({ length: 96 }, (_, slot) => BigInt(usedAt(slot))) });
const valueOf = (of: readonly ProfileValue[] | null, month: number, dayType: DayType, slot: number) => Number(of!.find((each) => each.month === month && each.dayType === dayType && each.slot === slot)!.value);

test('nothing seen, nothing learnt', () => {
  expect(measuredProfile(base, [])).toBeNull();
  expect(measuredProfile(base, [{ ...sum('2026-11-23', 'WT', () => 5), expectedWattHours: 0n }])).toBeNull();
});

test('each quarter hour of a kind of day is as it was seen on average; the season stays', () => {
  const learnt = measuredProfile(base, [sum('2026-11-23', 'WT', (slot) => (slot === 70 ? 3_000 : 1_000)), sum('2026-11-24', 'WT', (slot) => (slot === 70 ? 2_000 : 1_000))]);
  expect(valueOf(learnt, 11, 'WT', 70)).toBe(2.5);
  expect(valueOf(learnt, 11, 'WT', 71)).toBe(1);
  expect(valueOf(learnt, 7, 'WT', 70)).toBe(5);
  expect(valueOf(learnt, 11, 'SA', 70)).toBeCloseTo(1 + 1.5 / 96, 6); // not seen: the level of what was
  expect(learnt).toHaveLength(values.length);
});

test('a customer of twice the energy counts twice', () => {
  const twice = { ...sum('2026-11-23', 'WT', () => 4_000), expectedWattHours: 2_000_000_000n };
  expect(valueOf(measuredProfile(base, [twice, sum('2026-11-24', 'WT', () => 500)]), 11, 'WT', 0)).toBe(1.5);
});

test('a dynamised profile stays one: the day of the year is taken out', () => {
  expect(valueOf(measuredProfile({ ...base, dynamised: true }, [sum('2026-11-23', 'WT', () => 1_000)]), 11, 'WT', 0)).toBeCloseTo(1 / Number(dynamisationOn('2026-11-23')), 6);
});

test.each([
  ['2026-11-22T12:00:00Z', '2026-11-23T04:00:00.000Z'],
  ['2026-11-23T03:59:59Z', '2026-11-23T04:00:00.000Z'],
  ['2026-11-23T04:00:00Z', '2026-11-30T04:00:00.000Z'],
  ['2026-03-26T12:00:00Z', '2026-03-30T03:00:00.000Z'],
])('after %s it is learnt at %s', (now, at) => {
  expect(nextLearningAt(new Date(now)).toISOString()).toBe(at);
});

import { expect, test } from 'vitest';
import { addDays } from '@stromgraph/kernel/time';
import { dayTypeOf } from '../profiles/day-type.ts';
import { type ExpectedDay, forecastFromHistory, HISTORY_DAYS, type KnownDay } from './from-history.ts';

const TARGET = '2026-11-24'; // a Tuesday
type World = Readonly<{ quarters?: number; celsius?: (ago: number) => number | null; used?: (day: string, slot: number, ago: number, celsius: number) => number }>;

/** A profile of a thousand watt-hours in every quarter hour; `used` in thousandths of it. */
const dayOf = (ago: number, { celsius = () => 5, quarters = 96 }: World = {}): ExpectedDay => {
  const day = addDays(TARGET, -ago);
  return { day, dayType: dayTypeOf(day, 'SH'), byProfile: Array(quarters).fill(1_000n), celsius: celsius(ago) };
};
const known = (ago: number, world: World = {}): KnownDay => {
  const day = dayOf(ago, world);
  return { ...day, used: day.byProfile.map((_, slot) => BigInt(Math.round((world.used ?? (() => 1_000))(day.day, slot, ago, day.celsius ?? 0)))) };
};
const history = (from: number, until: number, world: World = {}) => Array.from({ length: until - from + 1 }, (_, nth) => known(from + nth, world));
const mean = (values: readonly bigint[]) => Number(values.reduce((sum, value) => sum + value, 0n)) / values.length;

test('where the profile is right, it is the forecast', () => {
  expect(new Set(forecastFromHistory(dayOf(0), history(2, HISTORY_DAYS)))).toEqual(new Set([1_000n]));
});

test.each([[6, null], [7, 96]])('%i days of history: %s values', (days, values) => {
  expect(forecastFromHistory(dayOf(0), history(2, days + 1))?.length ?? null).toBe(values);
});

test('a level that is higher is found, and followed soon after it has changed', () => {
  expect(mean(forecastFromHistory(dayOf(0), history(2, HISTORY_DAYS, { used: () => 1_200 }))!)).toBeCloseTo(1_200, 0);
  const risen = mean(forecastFromHistory(dayOf(0), history(2, HISTORY_DAYS, { used: (_day, _slot, ago) => (ago < 15 ? 1_200 : 1_000) }))!);
  expect(risen).toBeGreaterThan(1_150);
  expect(risen).toBeLessThan(1_260);
});

test('a cold day after mild ones takes more, as colder days did', () => {
  const world: World = { celsius: (ago) => (ago === 0 ? -4 : 5 + 4 * Math.sin(ago)), used: (_day, _slot, _ago, celsius) => 1_000 * (1.1 - 0.01 * celsius) };
  expect(mean(forecastFromHistory(dayOf(0, world), history(2, HISTORY_DAYS, world))!)).toBeCloseTo(1_140, -1);
  const blind = mean(forecastFromHistory({ ...dayOf(0, world), celsius: null }, history(2, HISTORY_DAYS, world))!);
  expect(blind).toBeLessThan(1_080); // without its temperature nobody can tell
});

test('days of a kind have a shape and a level of their own; the same weekday counts more', () => {
  const evening = (slot: number) => (slot >= 72 && slot < 80 ? 1_500 : 1_000);
  const world: World = { used: (day, slot) => (dayTypeOf(day, 'SH') === 'WT' ? evening(slot) : 400) };
  const values = forecastFromHistory(dayOf(0), history(2, HISTORY_DAYS, world))!.map(Number);
  expect(values[75]! / values[20]!).toBeGreaterThan(1.35);
  expect(mean(values.map(BigInt))).toBeGreaterThan(950);
  const sunday = { ...dayOf(2), day: addDays(TARGET, 5), dayType: 'FT' as const };
  expect(mean(forecastFromHistory(sunday, history(0, HISTORY_DAYS - 5, world))!)).toBeLessThan(600);
  const onTuesdays: World = { used: (day, slot) => (Temporal.PlainDate.from(day).dayOfWeek === 2 ? evening(slot) : 1_000) };
  const onWednesdays: World = { used: (day, slot) => (Temporal.PlainDate.from(day).dayOfWeek === 3 ? evening(slot) : 1_000) };
  const peak = (of: World) => Number(forecastFromHistory(dayOf(0), history(2, HISTORY_DAYS, of))![75]);
  expect(peak(onTuesdays)).toBeGreaterThan(peak(onWednesdays) + 50);
});

test.each([['2026-03-29', 92], ['2026-10-25', 100]])('on %s the shape goes by the local clock: %i values', (day, quarters) => {
  const target: ExpectedDay = { day, dayType: 'FT', byProfile: Array(quarters).fill(1_000n), celsius: 5 };
  const past = Array.from({ length: 30 }, (_, ago): KnownDay => {
    const before = addDays(day, -ago - 2);
    return { day: before, dayType: dayTypeOf(before, 'SH'), byProfile: Array(96).fill(1_000n), celsius: 5, used: Array.from({ length: 96 }, (_quarter, slot) => (slot >= 8 && slot < 12 ? 3_000n : 1_000n)) };
  });
  const values = forecastFromHistory(target, past)!;
  expect(values).toHaveLength(quarters);
  expect(values.filter((value) => value > 1_500n)).toHaveLength(quarters === 92 ? 0 : 8);
});

test('what comes on or after the day, and days without use or profile, change nothing', () => {
  const days = history(2, HISTORY_DAYS);
  const plain = forecastFromHistory(dayOf(0), days);
  expect(forecastFromHistory(dayOf(0), [...days, known(0, { used: () => 9_000 }), known(-1, { used: () => 9_000 })])).toEqual(plain);
  expect(forecastFromHistory(dayOf(0), [...days, { ...known(3), used: Array(96).fill(0n) }, { ...known(4), byProfile: Array(96).fill(0n) }])).toEqual(plain);
  expect(forecastFromHistory({ ...dayOf(0), byProfile: Array(96).fill(0n) }, days)).toBeNull();
});

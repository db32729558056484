// Conformance with the published load profiles. The files are no part of this repository: the checks are skipped, visibly, where they are absent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { describe, expect, test } from 'vitest';
import { isProblem } from '@stromgraph/kernel/problem';
import { addDays } from '@stromgraph/kernel/time';
import { findPublicData, LOAD_PROFILES } from '../../../tests/public-data.ts';
import { dayCurveOf } from './day-curve.ts';
import { dayTypeOf } from './day-type.ts';
import { dynamisationOn } from './dynamisation.ts';
import { type ParsedProfile, parseMonthlyProfile, parseSeasonalProfiles } from './profile-csv.ts';
import { periodOf } from './season.ts';

const FOLDER = findPublicData(LOAD_PROFILES);
const isThere = FOLDER !== null;
const read = (name: string) => readFileSync(join(FOLDER!, `${name}.csv`), 'utf8');

function profile(code: string): ParsedProfile {
  const parsed = parseMonthlyProfile(code, read(code.toLowerCase()));
  if (isProblem(parsed)) throw new Error(parsed.message);
  return parsed as ParsedProfile;
}
const value = ({ values }: ParsedProfile, month: number, dayType: string, slot: number) => values.find((each) => each.month === month && each.dayType === dayType && each.slot === slot)!.value;
const sum = (numbers: readonly Decimal[]) => numbers.reduce((all, each) => all.plus(each), new Decimal(0));

/** With nationwide holidays and 96 quarter hours on every day, as the published sums are formed. */
function yearOf96({ values, dynamised, seasonal }: ParsedProfile, year: number): number {
  const days = new Map<string, Decimal>();
  for (const each of values) days.set(`${each.month} ${each.dayType}`, (days.get(`${each.month} ${each.dayType}`) ?? new Decimal(0)).plus(each.value));
  let total = new Decimal(0);
  for (let day = `${year}-01-01`; day < `${year + 1}`; day = addDays(day, 1))
    total = total.plus(days.get(`${periodOf(seasonal, day)} ${dayTypeOf(day, null)}`)!.times(dynamised ? dynamisationOn(day) : '1'));
  return total.toDecimalPlaces(1).toNumber();
}

describe.runIf(isThere)('the profiles of 2025', () => {
  test.each([
    ['H25', 2025, 999_905.4], ['G25', 2025, 1_000_347.1], ['L25', 2025, 1_000_216.5], ['P25', 2025, 1_000_049.3], ['S25', 2025, 1_000_066.8],
    ['H25', 2026, 999_269.7], ['G25', 2026, 1_002_696.1], ['L25', 2026, 1_000_395.7], ['P25', 2026, 1_000_079.5], ['S25', 2026, 1_000_369.2],
    ['H25', 2024, 1_003_074.0], ['H25', 2027, 998_207.6],
  ])('%s of %i comes to %f kWh', (code, year, kwh) => {
    expect(yearOf96(profile(code), year)).toBeCloseTo(kwh, 1);
  });

  test.each([['H25', 999_263.9], ['G25', 1_002_690.3]])('%s of 2026 with both clock changes comes to %f kWh, in 35,040 quarter hours', (code, kwh) => {
    const curve = dayCurveOf(profile(code));
    const quarters: Decimal[] = [];
    for (let day = '2026-01-01'; day < '2027'; day = addDays(day, 1)) quarters.push(...curve(day, null));
    expect(quarters).toHaveLength(35_040);
    expect(sum(quarters).toDecimalPlaces(1).toNumber()).toBeCloseTo(kwh, 1);
  });

  test.each([
    ['H25', '2026-03-29', 92, 3009.885], ['H25', '2026-10-25', 100, 3222.155], ['H25', '2027-03-28', 92, 3020.797],
    ['G25', '2026-03-29', 92, 1533.152], ['G25', '2026-10-25', 100, 1530.966], ['G25', '2027-03-28', 92, 1533.152],
  ])('%s on %s has %i quarter hours and %f kWh', (code, day, count, kwh) => {
    const quarters = dayCurveOf(profile(code))(day, null);
    expect(quarters).toHaveLength(count);
    expect(sum(quarters).toDecimalPlaces(3).toNumber()).toBe(kwh);
  });

  test('single values and day sums before F', () => {
    const h25 = profile('H25');
    expect([value(h25, 1, 'WT', 0), Number(value(h25, 1, 'WT', 72))]).toEqual(['20.126', 40.96]);
    const daySum = (month: number, dayType: string) => sum(h25.values.filter((each) => each.month === month && each.dayType === dayType).map((each) => new Decimal(each.value))).toNumber();
    expect([daySum(1, 'WT'), daySum(1, 'SA'), daySum(7, 'FT')]).toEqual([2476.45, 2842.961, 3361.232]);
    expect(['H25', 'G25', 'L25', 'P25', 'S25'].map((code) => profile(code).dynamised)).toEqual([true, false, false, true, true]);
  });
});

describe.runIf(isThere)('the former profiles', () => {
  const parsed = isThere ? parseSeasonalProfiles(read('selp_series')) : [];
  const all = isProblem(parsed) ? [] : (parsed as ParsedProfile[]);

  test('are eleven, of which H0 follows the day of the year', () => {
    expect(all.map(({ code, dynamised }) => [code, dynamised])).toEqual(['H0', 'G0', 'G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'L0', 'L1', 'L2'].map((code) => [code, code === 'H0']));
    expect(all.every(({ values, seasonal }) => seasonal && values.length === 864)).toBe(true);
  });

  test.each(all.map((one) => [one.code, one] as const))('%s comes to 1,000,000 kWh a year within two per cent', (_, one) => {
    expect(Math.abs(yearOf96(one, 2026) / 1_000_000 - 1)).toBeLessThan(0.02);
  });
});

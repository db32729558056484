// Made-up files in the two public forms; the real ones are checked where they are at hand (public-files.test.ts).
import { expect, test } from 'vitest';
import { isProblem } from '@stromgraph/kernel/problem';
import { dayCurveOf } from './day-curve.ts';
import { type ParsedProfile, parseMonthlyProfile, parseSeasonalProfiles } from './profile-csv.ts';
import { haveSameValues } from './same-values.ts';
import { periodOf } from './season.ts';

const MONTHS = ['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'];
const clock = (slot: number) => `${String(Math.floor(slot / 4)).padStart(2, '0')}:${String((slot % 4) * 15).padStart(2, '0')}`;
const monthly = [
  `,${MONTHS.flatMap((month) => [month, month, month]).join(',')}`,
  `[kWh],${MONTHS.flatMap(() => ['SA', 'FT', 'WT']).join(',')}`,
  ...Array.from({ length: 96 }, (_, slot) => `${clock(slot)}-${clock((slot + 1) % 96)},${MONTHS.flatMap((_month, month) => [`${month + 1}.1`, `${month + 1}.2`, `${slot}.3`]).join(',')}`),
];
const seasonal = [
  ',period,weekday,h0,g1',
  ...['summer', 'winter', 'transition'].flatMap((season) =>
    [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => Array.from({ length: 96 }, (_, slot) => `2007-01-0${weekday} ${clock(slot)}:00,${season},${weekday},${weekday > 5 ? '0.2' : '0.1'},0.0${slot}`)),
  ),
];
const without = (lines: readonly string[], line: number, put?: string) => lines.flatMap((text, index) => (index === line - 1 ? (put === undefined ? [] : [put]) : [text])).join('\n');

test('a profile of months is read as it is written, with or without a byte order mark and carriage returns', () => {
  const parsed = parseMonthlyProfile('H25', `\uFEFF${monthly.join('\r\n')}\r\n`) as ParsedProfile;
  expect(parsed).toMatchObject({ code: 'H25', dynamised: true, seasonal: false, values: { length: 3456 } });
  expect(parsed.values.slice(0, 3)).toEqual([{ month: 1, dayType: 'SA', slot: 0, value: '1.1' }, { month: 1, dayType: 'FT', slot: 0, value: '1.2' }, { month: 1, dayType: 'WT', slot: 0, value: '0.3' }]);
  const curve = dayCurveOf({ ...parsed, dynamised: false });
  expect(curve('2026-03-29', null).length).toBe(92);
  expect(curve('2026-10-25', null).map(String).slice(7, 13)).toEqual(Array(6).fill('10.2'));
  expect(curve('2025-10-31', 'SN')[0]!.toString()).toBe('10.2'); // a holiday there
  expect(curve('2025-10-31', 'BY')[0]!.toString()).toBe('0.3');
});

test('profiles of seasons become kWh of 1,000,000 kWh a year', () => {
  const [h0, g1] = parseSeasonalProfiles(seasonal.join('\n')) as ParsedProfile[];
  expect([h0, g1]).toMatchObject([{ code: 'H0', dynamised: true, seasonal: true, values: { length: 864 } }, { code: 'G1', dynamised: false }]);
  expect(h0!.values[0]).toEqual({ month: 2, dayType: 'WT', slot: 0, value: '25' });
  expect(dayCurveOf(g1!)('2026-12-24', null).length).toBe(96);
});

test.each([
  ['a line cut off', without(monthly, 98), 97], ['half a line', without(monthly, 98, '23:45-00:00,1,2'), 98], ['a value that is none', without(monthly, 10, monthly[9]!.replace('1.1', '-1')), 10],
  ['lines in another order', without(monthly, 3, monthly[3]), 3], ['a month missing', without(monthly, 1, monthly[0]!.replaceAll('Mai', 'May')), 1], ['nothing', '', 1],
])('a file of months with %s is refused with its line', (_, text, line) => {
  const outcome = parseMonthlyProfile('H25', text);
  expect(isProblem(outcome) && [outcome.problem, outcome.line]).toEqual(['ProfileFileInvalid', line]);
});

test.each([
  ['a line cut off', without(seasonal, seasonal.length, 'x'), seasonal.length], ['an unknown season', without(seasonal, 2, seasonal[1]!.replace('summer', 'spring')), 2],
  ['an unknown weekday', without(seasonal, 2, seasonal[1]!.replace(',1,', ',8,')), 2], ['another resolution', without(seasonal, 2, seasonal[1]!.replace('00:00:00', '00:07:00')), 2],
  ['working days that differ', without(seasonal, 98, seasonal[97]!.replace('0.1', '0.3')), 98], ['too few values', without(seasonal, 2, seasonal[1]!.replace(/,[^,]*$/, '')), 2],
  ['a season missing', seasonal.slice(0, 1000).join('\n'), 1000], ['no header', seasonal.slice(1).join('\n'), 1],
])('a file of seasons with %s is refused with its line', (_, text, line) => {
  const outcome = parseSeasonalProfiles(text);
  expect(isProblem(outcome) && [outcome.problem, outcome.line]).toEqual(['ProfileFileInvalid', line]);
});

test.each([['2026-11-01', 1], ['2026-10-31', 3], ['2026-03-20', 1], ['2026-03-21', 3], ['2026-05-14', 3], ['2026-05-15', 2], ['2026-09-14', 2], ['2026-09-15', 3], ['2028-02-29', 1], ['2026-12-31', 1], ['2026-01-01', 1]])('%s lies in season %i', (day, season) => {
  expect([periodOf(true, day), periodOf(false, day)]).toEqual([season, Number(day.slice(5, 7))]);
});

test('values are the same however they are written', () => {
  const [value] = [{ month: 1, dayType: 'WT', slot: 0, value: '1.50' } as const];
  expect([haveSameValues([value], [{ ...value, value: '1.5' }]), haveSameValues([value], [{ ...value, value: '1.51' }]), haveSameValues([value], [{ ...value, slot: 1 }]), haveSameValues([value], [])]).toEqual([true, false, false, false]);
});

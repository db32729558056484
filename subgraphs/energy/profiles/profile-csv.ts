// Load profiles from the two forms in which they are published. Pure: text in, profiles or what is wrong with the text out.
import { Decimal } from 'decimal.js';
import type { DecimalText } from '@stromgraph/kernel/money';
import { problem, type Problem } from '@stromgraph/kernel/problem';
import type { DayType } from './day-type.ts';
import { type ProfileValue, SEASONS, SLOTS } from './profile.ts';

export type ParsedProfile = Readonly<{ code: string; dynamised: boolean; seasonal: boolean; values: readonly ProfileValue[] }>;
export type ProfileFileInvalid = Problem<'ProfileFileInvalid', { line: number }>;

const MONTHS = ['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'];
const DAY_TYPES: readonly DayType[] = ['WT', 'SA', 'FT'];
const VALUE = /^\d{1,6}(\.\d{1,9})?$/;
/** The families that follow the day of the year. */
const DYNAMISED = new Set(['H0', 'H25', 'P25', 'S25']);
/** Seasonal profiles are written as kilowatts for 1,000 kWh a year: so many kWh in a quarter hour for 1,000,000. */
const KW_TO_KWH_OF_A_MILLION = 250;

const wrong = (line: number, what: string): ProfileFileInvalid => problem('ProfileFileInvalid', `line ${line}: ${what}`, { line });

/** Lines and cells as they are; neither form quotes. */
const linesOf = (text: string): string[][] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(','));

/** One profile per file: months across, each with three day types, a line per quarter hour; kWh for 1,000,000 kWh a year. */
export function parseMonthlyProfile(code: string, text: string): ParsedProfile | ProfileFileInvalid {
  const [months = [], dayTypes = [], ...rows] = linesOf(text);
  const columns = months.slice(1).map((name, index) => ({ month: MONTHS.indexOf(name.trim()) + 1, dayType: dayTypes[index + 1]?.trim() as DayType }));
  if (columns.some(({ month }) => month === 0)) return wrong(1, `names no month in column ${columns.findIndex(({ month }) => month === 0) + 2}`);
  if (new Set(columns.map(({ month, dayType }) => `${month} ${dayType}`)).size !== MONTHS.length * DAY_TYPES.length || columns.length !== MONTHS.length * DAY_TYPES.length)
    return wrong(1, `needs ${MONTHS.join(', ')}, each three times`);
  if (columns.some(({ dayType }) => !DAY_TYPES.includes(dayType))) return wrong(2, 'needs SA, FT and WT for each month');
  if (rows.length !== SLOTS) return wrong(rows.length + 2, `the file has ${rows.length} quarter hours, not ${SLOTS}`);
  const values: ProfileValue[] = [];
  for (const [slot, [time = '', ...cells]] of rows.entries()) {
    const line = slot + 3;
    if (!time.startsWith(clockOf(slot))) return wrong(line, `begins with ${time}, not ${clockOf(slot)}`);
    if (cells.length !== columns.length) return wrong(line, `has ${cells.length} values, not ${columns.length}`);
    const strange = cells.find((cell) => !VALUE.test(cell.trim()));
    if (strange !== undefined) return wrong(line, `${JSON.stringify(strange.slice(0, 40))} is no value`);
    values.push(...columns.map((column, index) => ({ ...column, slot, value: cells[index]!.trim() })));
  }
  return { code, dynamised: DYNAMISED.has(code), seasonal: false, values };
}

/** All profiles of the former families in one file: a line per season, weekday and quarter hour, a column per profile; kW for 1,000 kWh a year. */
export function parseSeasonalProfiles(text: string): ParsedProfile[] | ProfileFileInvalid {
  const [[, ...header] = [], ...rows] = linesOf(text);
  if (header[0] !== 'period' || header[1] !== 'weekday' || header.length < 3) return wrong(1, 'needs the columns time, period, weekday and one per profile');
  const codes = header.slice(2).map((name) => name.trim().toUpperCase());
  const cells = new Map<string, readonly string[]>();
  for (const [index, [time = '', period = '', weekday = '', ...values]] of rows.entries()) {
    const [line, season, dayType, slot] = [index + 2, SEASONS.indexOf(period as never) + 1, dayTypeOfWeekday(weekday), slotOf(time)];
    if (season === 0) return wrong(line, `${period.slice(0, 40)} is no season (allowed: ${SEASONS.join(', ')})`);
    if (!dayType) return wrong(line, `${weekday.slice(0, 40)} is no weekday (allowed: 1 to 7)`);
    if (slot === null) return wrong(line, `${time.slice(0, 40)} is no quarter hour`);
    if (values.length !== codes.length || values.some((value) => !VALUE.test(value.trim()))) return wrong(line, `needs ${codes.length} values`);
    const key = `${season} ${dayType} ${slot}`;
    const known = cells.get(key);
    if (known && known.some((value, column) => value !== values[column])) return wrong(line, 'differs from another working day of its season');
    cells.set(key, values);
  }
  const whole = SEASONS.length * DAY_TYPES.length * SLOTS;
  if (cells.size !== whole) return wrong(rows.length + 1, `the file has ${cells.size} of ${whole} quarter hours`);
  return codes.map((code, column) => ({ code, dynamised: DYNAMISED.has(code), seasonal: true, values: seasonalValues(cells, column) }));
}

const seasonalValues = (cells: ReadonlyMap<string, readonly string[]>, column: number): ProfileValue[] =>
  [...cells].map(([key, values]) => {
    const [season, dayType, slot] = key.split(' ') as [string, DayType, string];
    return { month: Number(season), dayType, slot: Number(slot), value: kwhOfAMillion(values[column]!.trim()) };
  });

const kwhOfAMillion = (kilowatts: string): DecimalText => new Decimal(kilowatts).times(KW_TO_KWH_OF_A_MILLION).toFixed();

const clockOf = (slot: number): string => `${String(Math.floor(slot / 4)).padStart(2, '0')}:${String((slot % 4) * 15).padStart(2, '0')}`;

function slotOf(time: string): number | null {
  const [, hour, minute] = / (\d\d):(00|15|30|45)(:00)?$/.exec(time) ?? [];
  return hour === undefined || Number(hour) > 23 ? null : Number(hour) * 4 + Number(minute) / 15;
}

function dayTypeOfWeekday(weekday: string): DayType | null {
  if (!/^[1-7]$/.test(weekday)) return null;
  return weekday === '7' ? 'FT' : weekday === '6' ? 'SA' : 'WT';
}

import { addDays } from './berlin.ts';

/** WT working day, SA Saturday (also 24 and 31 December), FT Sunday and nationwide holiday. */
export type DayType = 'WT' | 'SA' | 'FT';

export function dayTypeOf(day: string): DayType {
  const weekday = Temporal.PlainDate.from(day).dayOfWeek;
  if (weekday === 7 || holidaysOf(yearOf(day)).nationwide.has(day)) return 'FT';
  if (weekday === 6 || day.endsWith('-12-24') || day.endsWith('-12-31')) return 'SA';
  return 'WT';
}

/** Working day of market communication: a holiday in any state counts for all, 24 and 31 December too. */
export function isMarketWorkingDay(day: string): boolean {
  if (Temporal.PlainDate.from(day).dayOfWeek >= 6) return false;
  return !holidaysOf(yearOf(day)).market.has(day);
}

/** The nth market working day of the month that a day lies in. */
export function nthMarketWorkingDay(day: string, nth: number): string {
  let at = `${day.slice(0, 7)}-01`;
  for (let seen = 0; ; at = addDays(at, 1)) {
    if (isMarketWorkingDay(at)) seen += 1;
    if (seen === nth) return at;
  }
}

/** The last day on which an application for a start of supply may be sent. */
export function latestTransmissionDay(start: string): string {
  let day = addDays(start, -1);
  while (!isMarketWorkingDay(day)) day = addDays(day, -1);
  return addDays(day, -1);
}

const yearOf = (day: string) => Number(day.slice(0, 4));
const known = new Map<number, { nationwide: Set<string>; market: Set<string> }>();

function holidaysOf(year: number) {
  const held = known.get(year);
  if (held) return held;
  const easter = easterSunday(year);
  const fixed = (...days: string[]) => days.map((day) => `${year}-${day}`);
  const moving = (...offsets: number[]) => offsets.map((offset) => addDays(easter, offset));
  const nationwide = new Set([...fixed('01-01', '05-01', '10-03', '12-25', '12-26'), ...moving(-2, 1, 39, 50)]);
  const regional = [
    ...fixed('01-06', '03-08', '08-15', '09-20', '10-31', '11-01', '12-24', '12-31'),
    ...moving(60),
    repentanceDay(year),
  ];
  const holidays = { nationwide, market: new Set([...nationwide, ...regional]) };
  known.set(year, holidays);
  return holidays;
}

/** Buß- und Bettag: the Wednesday before 23 November. */
function repentanceDay(year: number): string {
  const last = Temporal.PlainDate.from(`${year}-11-22`);
  return last.subtract({ days: (last.dayOfWeek + 4) % 7 }).toString();
}

/** Gauss's rule in the form of Meeus, Jones and Butcher. */
function easterSunday(year: number): string {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  const day = ((h + l - 7 * m + 114) % 31) + 1;
  return Temporal.PlainDate.from({ year, month, day }).toString();
}

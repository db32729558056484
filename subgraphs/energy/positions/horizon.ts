import { addDays, addMonths, addMs, dayOf, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';

/** Today and the three days after it have positions per quarter hour. */
export const OPEN_DAYS = 4;

export const openDaysOf = (today: LocalDate): LocalDate[] => Array.from({ length: OPEN_DAYS }, (_, ahead) => addDays(today, ahead));

/** When the next day opens: 00:00 in Berlin. */
export const nextDayOpensAt = (today: LocalDate): Date => startOfDay(addDays(today, 1));

const HOUR_MS = 4 * QUARTER_HOUR_MS;

/** When everything is calculated from nothing again: on the full hour that so many hours divide. */
export const nextCheckAt = (now: Date, everyHours: number): Date =>
  new Date((Math.floor(now.getTime() / (everyHours * HOUR_MS)) + 1) * everyHours * HOUR_MS);

/** What has one position beyond the open days; whole days lie in the periods of one step. */
export type ForwardPeriod = Readonly<{ step: 'HOUR' | 'MONTH'; from: Date; until: Date }>;

const WEEK = 7;

/** Each hour from the first day that is not open to the end of next week, then each month to the end of next year; the first of them begins where the hours end. */
export function forwardPeriodsOf(today: LocalDate): ForwardPeriod[] {
  const firstDay = addDays(today, OPEN_DAYS);
  const monthsFrom = addDays(today, 2 * WEEK + 1 - Temporal.PlainDate.from(today).dayOfWeek);
  return [...hoursOf(startOfDay(firstDay), startOfDay(monthsFrom)), ...monthsOf(monthsFrom, `${Number(today.slice(0, 4)) + 2}-01-01`)];
}

const hoursOf = (from: Date, until: Date): ForwardPeriod[] =>
  Array.from({ length: (until.getTime() - from.getTime()) / HOUR_MS }, (_, nth) => ({ step: 'HOUR', from: addMs(from, nth * HOUR_MS), until: addMs(from, (nth + 1) * HOUR_MS) }));

function monthsOf(from: LocalDate, until: LocalDate): ForwardPeriod[] {
  const months: ForwardPeriod[] = [];
  for (let day = from; day < until; ) {
    const next = addMonths(`${day.slice(0, 8)}01`, 1);
    months.push({ step: 'MONTH', from: startOfDay(day), until: startOfDay(next) });
    day = next;
  }
  return months;
}

/** Delivery days that something has changed; null: to the end. */
export type TouchedDays = Readonly<{ from: LocalDate; until: LocalDate | null }>;

/** The periods that do not stand as they should, and those that hold touched days. */
export function periodsToCalculate(periods: readonly ForwardPeriod[], standing: readonly ForwardPeriod[], touched: readonly TouchedDays[]): ForwardPeriod[] {
  const known = new Set(standing.map(keyOf));
  const spans = touched.map(({ from, until }) => ({ from: startOfDay(from), until: until === null ? null : startOfDay(until) }));
  return periods.filter((period) => !known.has(keyOf(period)) || spans.some(({ from, until }) => from < period.until && (until === null || until > period.from)));
}

const keyOf = ({ from, until }: ForwardPeriod): string => `${from.getTime()} ${until.getTime()}`;

/** The days of these periods, each once, in order of time. */
export function daysOfPeriods(periods: readonly ForwardPeriod[]): LocalDate[] {
  const days: LocalDate[] = [];
  for (const { from, until } of periods)
    for (let day = dayOf(from); startOfDay(day) < until; day = addDays(day, 1)) if (days.at(-1) !== day) days.push(day);
  return days;
}

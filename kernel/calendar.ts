// Three calendars that must not be mixed: working days of market communication, banking days (TARGET2), holidays of a state.
import Holidays from 'date-holidays';
import { addDays, type LocalDate } from './time.ts';

export const STATES = ['BB', 'BE', 'BW', 'BY', 'HB', 'HE', 'HH', 'MV', 'NI', 'NW', 'RP', 'SH', 'SL', 'SN', 'ST', 'TH'] as const;
export type State = (typeof STATES)[number];

/** Bank holidays of TARGET2, beside weekends: two depend on Easter. 24 and 31 December are open. */
const TARGET2_FIXED = ['01-01', '05-01', '12-25', '12-26'];
const TARGET2_FROM_GOOD_FRIDAY = [0, 3];
/** Holidays of market communication although no state has them. */
const MARKET_EXTRA = ['12-24', '12-31'];

export const isWeekend = (day: LocalDate): boolean => Temporal.PlainDate.from(day).dayOfWeek >= 6;

/** A holiday by the law of one state. */
export const isHoliday = (day: LocalDate, state: State): boolean => stateHolidays(state, yearOf(day)).has(day);

/** Neither Saturday, Sunday nor a holiday of the state: what §193 BGB moves deadlines to. */
export const isWorkingDay = (day: LocalDate, state: State): boolean => !isWeekend(day) && !isHoliday(day, state);

/** Working day of market communication: a holiday in any state counts for all; so do 24 and 31 December. */
export const isMarketWorkingDay = (day: LocalDate): boolean => !isWeekend(day) && !marketHolidays(yearOf(day)).has(day);

export const isBankingDay = (day: LocalDate): boolean => !isWeekend(day) && !bankHolidays(yearOf(day)).has(day);

/** The last working day before the day. */
export const previousMarketWorkingDay = (day: LocalDate): LocalDate => stepTo(day, -1, isMarketWorkingDay);
/** The first working day after the day. */
export const nextMarketWorkingDay = (day: LocalDate): LocalDate => stepTo(day, 1, isMarketWorkingDay);
/** The first banking day after the day. */
export const nextBankingDay = (day: LocalDate): LocalDate => stepTo(day, 1, isBankingDay);
export const previousBankingDay = (day: LocalDate): LocalDate => stepTo(day, -1, isBankingDay);

/** The last day on which an application for a start of supply may be sent: the day before the last working day before the start. */
export const latestTransmissionDay = (startOn: LocalDate): LocalDate => addDays(previousMarketWorkingDay(startOn), -1);

/** The first day on which supply may start when the application is sent on a day. */
export function earliestSupplyStart(sentOn: LocalDate): LocalDate {
  // The working day between transmission and start must begin after the day of transmission.
  return addDays(nextMarketWorkingDay(sentOn), 1);
}

function stepTo(day: LocalDate, step: 1 | -1, fits: (day: LocalDate) => boolean): LocalDate {
  let at = addDays(day, step);
  while (!fits(at)) at = addDays(at, step);
  return at;
}

const yearOf = (day: LocalDate) => Number(day.slice(0, 4));

const stateHolidays = remembered((state: State, year: number) => {
  const days = new Holidays('DE', state, { languages: ['de'], types: ['public'] }).getHolidays(year);
  return new Set(days.map(({ date }) => date.slice(0, 10)));
});

const marketHolidays = remembered(
  (_all: 'DE', year: number) =>
    new Set([...STATES.flatMap((state) => [...stateHolidays(state, year)]), ...MARKET_EXTRA.map((day) => `${year}-${day}`)]),
).bind(null, 'DE');

const bankHolidays = remembered((_all: 'DE', year: number) => {
  const goodFriday = [...stateHolidays('BY', year)].find((day) => day > `${year}-03-01` && Temporal.PlainDate.from(day).dayOfWeek === 5)!;
  return new Set([...TARGET2_FIXED.map((day) => `${year}-${day}`), ...TARGET2_FROM_GOOD_FRIDAY.map((days) => addDays(goodFriday, days))]);
}).bind(null, 'DE');

function remembered<Of extends string>(find: (of: Of, year: number) => Set<LocalDate>): (of: Of, year: number) => Set<LocalDate> {
  const known = new Map<string, Set<LocalDate>>();
  return (of, year) => {
    const key = `${of}${year}`;
    const held = known.get(key) ?? find(of, year);
    known.set(key, held);
    return held;
  };
}

import { isHoliday, STATES, type State } from '@stromgraph/kernel/calendar';
import { keptPerDay, type LocalDate } from '@stromgraph/kernel/time';

/** What load profiles tell apart: WT working day, SA Saturday, FT Sunday and holiday. */
export type DayType = 'WT' | 'SA' | 'FT';

const SUNDAY = 7;
const SATURDAY = 6;

/** By the holidays of the grid area's state; while the state is unknown, by those that all states have. 24 and 31 December count as Saturday. */
export function dayTypeOf(day: LocalDate, state: State | null): DayType {
  const weekday = weekdayOf(day);
  if (weekday === SUNDAY || isProfileHoliday(day, state)) return 'FT';
  return weekday === SATURDAY || /-12-(24|31)$/.test(day) ? 'SA' : 'WT';
}

const weekdayOf = keptPerDay((day) => Temporal.PlainDate.from(day).dayOfWeek);

const isProfileHoliday = (day: LocalDate, state: State | null): boolean => (state ? isHoliday(day, state) : isEverywhereHoliday(day));
const isEverywhereHoliday = keptPerDay((day) => STATES.every((each) => isHoliday(day, each)));

export const isState = (text: string | null): text is State => STATES.includes(text as State);

import { isHoliday, STATES } from '@stromgraph/kernel/calendar';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';

const WEEKS_BACK = 4;
const SUNDAY = 7;

/** 1 Monday to 7 Sunday; a holiday of the whole country is like a Sunday. */
export const dayKind = (day: LocalDate): number => (STATES.every((state) => isHoliday(day, state)) ? SUNDAY : Temporal.PlainDate.from(day).dayOfWeek);

/** The days before that are like this one, nearest first: the same weekday of the last weeks without holidays; for a holiday the Sundays. */
export function likeDays(day: LocalDate): LocalDate[] {
  const kind = dayKind(day);
  const offset = kind === Temporal.PlainDate.from(day).dayOfWeek ? 0 : Temporal.PlainDate.from(day).dayOfWeek;
  const first = offset === 0 ? -7 : -offset;
  return Array.from({ length: WEEKS_BACK }, (_, week) => addDays(day, first - 7 * week)).filter((other) => dayKind(other) === kind);
}

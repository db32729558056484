// What of a Berlin day shapes consumption, worked out once per day and area for all meters.
import { isHoliday, type State } from '@stromgraph/kernel/calendar';
import { addDays, type LocalDate, QUARTER_HOUR_MS, startOfDay } from '@stromgraph/kernel/time';

export type DayType = 'WORKDAY' | 'SATURDAY' | 'SUNDAY';
export type CalendarDay = Readonly<{
  day: LocalDate;
  startMs: number;
  /** 92, 96 or 100. */
  quarterHours: number;
  dayOfYear: number;
  type: DayType;
}>;

const [SATURDAY, SUNDAY] = [6, 7];

export function calendarDay(day: LocalDate, state: State): CalendarDay {
  const date = Temporal.PlainDate.from(day);
  const startMs = startOfDay(day).getTime();
  const type = date.dayOfWeek === SUNDAY || isHoliday(day, state) ? 'SUNDAY' : date.dayOfWeek === SATURDAY ? 'SATURDAY' : 'WORKDAY';
  return { day, startMs, quarterHours: (startOfDay(addDays(day, 1)).getTime() - startMs) / QUARTER_HOUR_MS, dayOfYear: date.dayOfYear, type };
}

/** The slot of the local clock, 0 to 95, of a day's quarter hour: spring leaves 8 to 11 out, autumn has them twice. */
export function slotOf(index: number, quarterHours: number): number {
  if (quarterHours === 92) return index < 8 ? index : index + 4;
  if (quarterHours === 100) return index < 12 ? index : index - 4;
  return index;
}

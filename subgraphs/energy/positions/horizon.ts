import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

/** Today and the three days after it have positions per quarter hour. */
export const OPEN_DAYS = 4;

export const openDaysOf = (today: LocalDate): LocalDate[] => Array.from({ length: OPEN_DAYS }, (_, ahead) => addDays(today, ahead));

/** When the next day opens: 00:00 in Berlin. */
export const nextDayOpensAt = (today: LocalDate): Date => startOfDay(addDays(today, 1));

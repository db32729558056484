import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';

/** Today and the three days after it have positions per quarter hour. */
export const OPEN_DAYS = 4;

export const openDaysOf = (today: LocalDate): LocalDate[] => Array.from({ length: OPEN_DAYS }, (_, ahead) => addDays(today, ahead));

/** When the next day opens: 00:00 in Berlin. */
export const nextDayOpensAt = (today: LocalDate): Date => startOfDay(addDays(today, 1));

const HOUR_MS = 3_600_000;

/** When everything is calculated from nothing again: on the full hour that so many hours divide. */
export const nextCheckAt = (now: Date, everyHours: number): Date =>
  new Date((Math.floor(now.getTime() / (everyHours * HOUR_MS)) + 1) * everyHours * HOUR_MS);

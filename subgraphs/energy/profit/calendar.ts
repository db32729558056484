import { nextMarketWorkingDay } from '@stromgraph/kernel/calendar';
import { addDays, addMonths, atLocalTime, dayOf, type LocalDate } from '@stromgraph/kernel/time';

/** Local times: the snapshot is promised by 02:00, the closing within two working days. */
const SNAPSHOT_AT = '01:00';
const CLOSE_AT = '06:00';
const MINUTE_MS = 60_000;

/** The next night's snapshot. */
export function nextSnapshotAt(now: Date): Date {
  const today = atLocalTime(dayOf(now), SNAPSHOT_AT);
  return today > now ? today : atLocalTime(addDays(dayOf(now), 1), SNAPSHOT_AT);
}

export const monthOf = (day: LocalDate): LocalDate => `${day.slice(0, 7)}-01`;

/** A month is closed on the second working day after it. */
export function closeAt(month: LocalDate): Date {
  const first = nextMarketWorkingDay(addDays(addMonths(month, 1), -1));
  return atLocalTime(nextMarketWorkingDay(first), CLOSE_AT);
}

/** The month that is closed next, and when. */
export function nextClose(now: Date): { month: LocalDate; at: Date } {
  const month = monthOf(dayOf(now));
  return [addMonths(month, -1), month].map((one) => ({ month: one, at: closeAt(one) })).find(({ at }) => at > now)!;
}

/** What becomes known together is calculated together: on the next full minute of business time. */
export const nextMinute = (now: Date): Date => new Date((Math.floor(now.getTime() / MINUTE_MS) + 1) * MINUTE_MS);

/** Whether a month is closed by now, or is about to be: what changes in it is told by a correction. */
export const isClosed = (month: LocalDate, now: Date): boolean => nextMinute(now) >= closeAt(month);

import type { Queryable } from '@stromgraph/kernel/database';
import { makeDayFinder } from '../intervals/berlin-day.ts';
import { readDays, type StoredDay } from '../store/intervals.ts';
import { type DayOfRegister, workingOfDays } from '../store/working.ts';
import { overlay, type WorkingValue } from '../working/overlay.ts';

/** A register's day as we work with it; `ours` are the starts of our own values. */
export type WorkedDay = StoredDay & Readonly<{ ours: readonly number[] }>;

const dayFinder = makeDayFinder();

/** `<register> <day>` of a value. */
export const dayKeyOf = ({ registerId, startMs }: Pick<WorkingValue, 'registerId' | 'startMs'>): string => `${registerId} ${dayFinder(startMs)}`;

/** Days as they stand, our working values in their places, and the working values that have given way. */
export const workedDays = async (db: Queryable, of: readonly DayOfRegister[]): Promise<{ days: WorkedDay[]; givenWay: WorkingValue[] }> =>
  workOver(
    db,
    await readDays(
      db,
      of.map(({ registerId }) => registerId),
      of.map(({ day }) => day),
    ),
  );

/** The same of days that are in hand, in their order; `hasWorking`: false where it is known that no day has a working value. */
export async function workOver(db: Queryable, stored: readonly StoredDay[], hasWorking = true): Promise<{ days: WorkedDay[]; givenWay: WorkingValue[] }> {
  const working = Map.groupBy(hasWorking && stored.length > 0 ? await workingOfDays(db, stored) : [], dayKeyOf);
  const givenWay: WorkingValue[] = [];
  const days = stored.map((day) => {
    const outcome = overlay(day, working.get(`${day.registerId} ${day.day}`) ?? []);
    givenWay.push(...outcome.givenWay);
    return { ...day, ...outcome.values };
  });
  return { days, givenWay };
}

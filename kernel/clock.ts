import type { Queryable } from './database.ts';
import { dayOf, type LocalDate } from './time.ts';

/** Business time: what contracts, bills and deadlines go by. In the demo it can be moved. */
export async function businessNow(db: Queryable): Promise<Date> {
  const [row] = await db.sql<{ at: Date }>`SELECT platform.business_now() AS at`;
  return row!.at;
}

/** The business day in Berlin. */
export const businessToday = async (db: Queryable): Promise<LocalDate> => dayOf(await businessNow(db));

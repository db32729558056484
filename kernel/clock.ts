import type { Queryable, Tx } from './database.ts';
import { dayOf, type LocalDate } from './time.ts';

/** Business time: what contracts, bills and deadlines go by. In the demo it can be moved. A transaction has one instant of it: when it first asked. */
export function businessNow(db: Queryable | Tx): Promise<Date> {
  return 'moment' in db ? (db.moment.now ??= readOnce(db)) : readNow(db);
}

/** What failed is asked anew: a savepoint may have brought the transaction back. */
async function readOnce(tx: Tx): Promise<Date> {
  try {
    return await readNow(tx);
  } catch (error) {
    delete tx.moment.now;
    throw error;
  }
}

async function readNow(db: Queryable): Promise<Date> {
  const [row] = await db.sql<{ at: Date }>`SELECT platform.business_now() AS at`;
  return row!.at;
}

/** The business day in Berlin. */
export const businessToday = async (db: Queryable): Promise<LocalDate> => dayOf(await businessNow(db));

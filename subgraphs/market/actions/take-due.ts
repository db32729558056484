import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { oldestPending, takeForQueue } from '../store/sending.ts';

const MAX_AT_ONCE = 2_500;

/** Takes what is due out for the queue; `more` says that there was more than one may take at once. */
export async function takeDue(db: Db<any>): Promise<{ ids: string[]; more: boolean }> {
  const ids = await transact(db, (tx) => takeForQueue(tx, MAX_AT_ONCE));
  return { ids, more: ids.length === MAX_AT_ONCE };
}

/** For how long the oldest pending message has waited, in business time. */
export async function queueAge(db: Db<any>): Promise<number> {
  const [now, since] = [await businessNow(db), await oldestPending(db)];
  return since ? Math.max(0, (now.getTime() - since.getTime()) / 1000) : 0;
}

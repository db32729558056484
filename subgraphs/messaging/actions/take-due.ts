import { type Db, transact } from '@stromgraph/kernel/database';
import type { Channel } from '../channels/channel.ts';
import { takeForQueue } from '../store/dispatch.ts';

const MAX_AT_ONCE = 2_500;

/** Takes what is due on a channel out for its queue; `more` says that there was more than one may take at once. */
export async function takeDue(db: Db<any>, channel: Channel): Promise<{ ids: string[]; more: boolean }> {
  const ids = await transact(db, (tx) => takeForQueue(tx, channel, MAX_AT_ONCE));
  return { ids, more: ids.length === MAX_AT_ONCE };
}

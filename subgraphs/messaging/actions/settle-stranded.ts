import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { CLOSED } from '@stromgraph/kernel/retry';
import { settlementOf } from '../messages/settle.ts';
import { lockStranded, settleRun } from '../store/dispatch.ts';
import { announce } from './send-run.ts';

const LIMIT = 500;
const REASON = 'our worker ended between handing it over and the answer';

/**
 * What was with the provider when its worker ended: perhaps sent, perhaps not. It is not sent again, since a second
 * invoice or reminder does more harm than a missing one; it counts as sent and says that nobody confirmed it.
 */
export const settleStranded = (db: Db<any>): Promise<void> =>
  transact(db, async (tx) => {
    const now = await businessNow(tx);
    for (const { id, run, attempts } of await lockStranded(tx, LIMIT)) {
      const delivery = { kind: 'UNKNOWN' as const, code: 'WORKER_ENDED', reason: REASON, providerId: id };
      const settled = [{ id, durationMs: 0, ...settlementOf(delivery, { attempts, now, circuit: CLOSED, chance: 0 }) }];
      await announce(tx, await settleRun(tx, run, settled, now), settled, now);
    }
  });

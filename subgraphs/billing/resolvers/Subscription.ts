import { BillingRunAdvanced } from '@stromgraph/events/billing';
import { isId } from '@stromgraph/kernel/ids';
import type { Queryable } from '@stromgraph/kernel/database';
import { badInput } from '@stromgraph/kernel/input';
import { feedTailOf, liveStream } from '@stromgraph/kernel/live';
import { fault, invalid } from '@stromgraph/kernel/problem';
import type { SubscriptionResolvers } from '#schema';
import { runsById } from '../store/runs.ts';

/** Chunks take longer than this apart; a faster client gains nothing. */
const MAX_HZ = 10;

export const Subscription: SubscriptionResolvers = {
  billingRunProgress: {
    subscribe: async (_, { runId, afterSeq }, { db, tenant, runtime, untilSeq }) => {
      const current = async (at: Queryable) => {
        const [run] = isId(runId) ? await runsById(at, [runId]) : [];
        if (!run) throw badInput(invalid([fault('runId', `there is no billing run ${runId}`)]));
        return { run };
      };
      await current(db);
      return liveStream(feedTailOf(runtime), {
        tenant, db, untilSeq, types: [BillingRunAdvanced.name], concerns: (entry) => entry.aggregateId === runId, afterSeq: afterSeq ?? null, maxHz: MAX_HZ,
        snapshot: current,
        change: () => current(db),
      });
    },
    resolve: (update: unknown) => update as never,
  },
};

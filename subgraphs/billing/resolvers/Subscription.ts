import { GraphQLError } from 'graphql';
import { BillingRunAdvanced } from '@stromgraph/events/billing';
import { isId } from '@stromgraph/kernel/ids';
import { liveStream } from '@stromgraph/kernel/live';
import type { SubscriptionResolvers } from '#schema';
import { runsById } from '../store/runs.ts';
import { feedOf } from '../feed.ts';

/** Chunks take longer than this apart; a faster client gains nothing. */
const MAX_HZ = 10;

export const Subscription: SubscriptionResolvers = {
  billingRunProgress: {
    subscribe: async (_, { runId, afterSeq }, { db, tenant, runtime }) => {
      const current = async () => {
        const [run] = isId(runId) ? await runsById(db, [runId]) : [];
        return run ? { run } : null;
      };
      if (!(await current())) throw new GraphQLError(`There is no billing run ${runId}.`, { extensions: { code: 'BAD_USER_INPUT' } });
      return liveStream(feedOf(runtime), {
        tenant, types: [BillingRunAdvanced.name], concerns: (entry) => entry.aggregateId === runId, afterSeq: afterSeq ?? null, maxHz: MAX_HZ,
        snapshot: async () => (await current())!,
        change: current,
      });
    },
    resolve: (update: unknown) => update as never,
  },
};

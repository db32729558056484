import { AccessWithdrawn } from '@stromgraph/events/identity';
import { feedTailOf, liveStream } from '@stromgraph/kernel/live';
import type { SubscriptionResolvers } from '#schema';
import type { AccessWithdrawal } from '../access/withdrawal.ts';
import { recentWithdrawals } from '../store/withdrawals.ts';

const MAX_HZ = 50;

export const Subscription: SubscriptionResolvers = {
  accessWithdrawn: {
    subscribe: async (_, { afterSeq }, { tenant, runtime }) =>
      liveStream(feedTailOf(runtime), {
        tenant,
        types: [AccessWithdrawn.name],
        afterSeq: afterSeq ?? null,
        maxHz: MAX_HZ,
        snapshot: async (at) => ({ withdrawals: await recentWithdrawals(at, new Date()) }),
        change: async (entries) => ({ withdrawals: entries.map(({ data }) => toWithdrawal(data)) }),
      }),
    resolve: (update: unknown) => update as never,
  },
};

function toWithdrawal(data: unknown): AccessWithdrawal {
  const { withdrawnAt, ...said } = AccessWithdrawn.schema.parse(data);
  return { ...said, withdrawnAt: new Date(withdrawnAt) };
}

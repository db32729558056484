import { liveStream } from '@stromgraph/kernel/live';
import type { SubscriptionResolvers } from '#schema';
import { CHANGES, feedOf } from '../feed.ts';
import { messagesPage } from '../store/messages.ts';
import { checkFilter } from './list.ts';

/** The state that a stream begins with, and at most as many in one event. */
const NEWEST = 100;
const MAX_HZ = 50;

export const Subscription: SubscriptionResolvers = {
  marketMessageUpdated: {
    subscribe: async (_, { filter, afterSeq, maxHz }, { db, tenant, runtime, untilSeq }) => {
      const wanted = checkFilter(filter ?? {});
      return liveStream(feedOf(runtime), {
        tenant, db, untilSeq,
        types: CHANGES,
        concerns: ({ data }) => wanted.contractId == null || (data as { contractId?: string }).contractId === wanted.contractId,
        afterSeq: afterSeq ?? null,
        maxHz: Math.min(Math.max(maxHz, 1), MAX_HZ),
        snapshot: async (at) => ({ messages: (await messagesPage(at, wanted, NEWEST - 1, null)).slice(0, NEWEST) }),
        change: async (entries) => {
          const ids = [...new Set(entries.map(({ aggregateId }) => aggregateId))];
          const messages = await messagesPage(db, { ...wanted, ids }, ids.length, null);
          return messages.length > 0 ? { messages } : null;
        },
      });
    },
    resolve: (update: unknown) => update as never,
  },
};

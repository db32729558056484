import { liveStream } from '@stromgraph/kernel/live';
import type { SubscriptionResolvers } from '#schema';
import { CHANGES, feedOf } from '../feed.ts';
import { messagesPage } from '../store/messages.ts';
import { checkCustomer } from './list.ts';

/** The state that a stream begins with. */
const NEWEST = 100;
const MAX_HZ = 50;

export const Subscription: SubscriptionResolvers = {
  messageUpdated: {
    subscribe: async (_, { customerId, afterSeq, maxHz }, { db, tenant, runtime, untilSeq }) => {
      const wanted = checkCustomer({ customerId: customerId ?? null });
      return liveStream(feedOf(runtime), {
        tenant, db, untilSeq,
        types: CHANGES,
        concerns: ({ data }) => wanted.customerId === null || (data as { customerId?: string | null }).customerId === wanted.customerId,
        afterSeq: afterSeq ?? null,
        maxHz: Math.min(Math.max(maxHz, 1), MAX_HZ),
        snapshot: async (at) => ({ messages: await messagesPage(at, wanted, NEWEST - 1, null) }),
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

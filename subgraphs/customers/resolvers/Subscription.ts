import { feedTailOf, liveStream } from '@stromgraph/kernel/live';
import { isId } from '@stromgraph/kernel/ids';
import { badInput } from '@stromgraph/kernel/input';
import { fault, invalid } from '@stromgraph/kernel/problem';
import type { SubscriptionResolvers } from '#schema';
import { recordedOf, TIMELINE_EVENTS } from '../heard.ts';
import { entriesOf } from '../store/timeline.ts';

/** The state that a stream begins with. */
const LATEST = 50;

export const Subscription: SubscriptionResolvers = {
  customerEventAdded: {
    subscribe: async (_, { customerId, afterSeq }, { db, tenant, runtime, untilSeq, loaders }) => {
      const customer = isId(customerId, 'customer') ? await loaders.customer.load(customerId) : null;
      if (!customer) throw badInput(invalid([fault('customerId', 'is no customer')]));
      return liveStream(feedTailOf(runtime), {
        tenant, db, untilSeq,
        types: TIMELINE_EVENTS,
        concerns: (event) => recordedOf(event)?.customerId === customerId,
        afterSeq: afterSeq ?? null,
        maxHz: null,
        snapshot: async (at) => ({ customer: { id: customerId }, events: (await entriesOf(at, customerId, { types: null, before: null, limit: LATEST })).reverse() }),
        change: async (events) => ({ customer: { id: customerId }, events: events.map(recordedOf).filter((entry) => entry !== null) }),
      });
    },
    resolve: (update: unknown) => update as never,
  },
};

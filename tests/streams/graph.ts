// One subgraph whose stream tells every step of every order for itself, as the kernel serves it.
import type { Db } from '@stromgraph/kernel/database';
import { feedTailOf, liveStream } from '@stromgraph/kernel/live';
import type { Context } from '@stromgraph/kernel/runtime';
import { OrderStepped } from '../events/toy-domains.ts';

export type OrderStep = { orderId: string; step: number };
export type Stepped = { seq: number; reset: boolean; steps: OrderStep[] };

export const SUBSCRIPTION = 'subscription Steps($afterSeq: SafeInt) { stepped(afterSeq: $afterSeq) { seq reset steps { orderId step } } }';

export const sdl = `
  type Query { nothing: Boolean @scope(needs: []) }
  "A step that an order has taken; with reset where each of them is."
  type Stepped implements Live { seq: SafeInt! committedAt: DateTime! reset: Boolean! steps: [OrderStep!]! }
  "An order and its newest step."
  type OrderStep { orderId: ID! step: Int! }
  type Subscription { stepped(afterSeq: SafeInt): Stepped! @scope(needs: []) @live(shared: true) }`;

export const resolvers = {
  Query: { nothing: () => null },
  Subscription: {
    stepped: {
      subscribe: (_: unknown, { afterSeq }: { afterSeq?: number }, { tenant, runtime, untilSeq }: Context) =>
        liveStream(feedTailOf(runtime), {
          tenant,
          untilSeq,
          types: [OrderStepped.name],
          afterSeq: afterSeq ?? null,
          maxHz: null,
          snapshot: async (at) => ({ steps: await at.sql<OrderStep>`SELECT DISTINCT ON (aggregate_id) aggregate_id AS "orderId", (payload->>'step')::int AS step FROM platform.feed ORDER BY aggregate_id, position DESC` }),
          change: async ([entry]) => ({ steps: [entry!.data as OrderStep] }),
        }),
      resolve: (update: unknown) => update,
    },
  },
};

/** How far each order is by the shop's own table. */
export const stepsOf = async (db: Db): Promise<Map<string, number>> => new Map((await db.sql<{ id: string; step: number }>`SELECT id, step FROM shop.basket`).map(({ id, step }) => [id, step]));

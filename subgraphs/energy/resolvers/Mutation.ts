import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { recordTrade } from '../actions/record-trade.ts';

export const Mutation: MutationResolvers = {
  recordTrade: async (_, { input }, ctx) => {
    const outcome = await recordTrade(ctx, { ...input, kilowatts: BigInt(input.kilowatts) });
    if (isProblem(outcome)) return outcome;
    return { trade: (await ctx.loaders.trade.load(outcome.response.tradeId))!, replayed: outcome.replayed };
  },
};

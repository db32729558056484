import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { defineTariff } from '../actions/define-tariff.ts';
import { toRate } from '../tariffs/rate-input.ts';

export const Mutation: MutationResolvers = {
  defineTariff: async (_, { input: { rate, ...input } }, ctx) => {
    const outcome = await defineTariff(ctx, { ...input, rate: toRate(rate) });
    return isProblem(outcome) ? outcome : { tariff: outcome };
  },
};

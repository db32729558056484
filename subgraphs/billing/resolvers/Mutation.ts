import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { retryFailedContracts } from '../actions/retry-failed-contracts.ts';
import { startBillingRun } from '../actions/start-billing-run.ts';
import type { DomainContext } from '../context.ts';

export const Mutation: MutationResolvers = {
  startBillingRun: async (_, { input }, ctx) => withRun(ctx, await startBillingRun(ctx, input)),
  retryFailedContracts: async (_, { input }, ctx) => withRun(ctx, await retryFailedContracts(ctx, input)),
};

/** The run as it now stands, also when the answer is a repeated one. */
async function withRun<P extends { problem: string }>({ loaders }: DomainContext, outcome: P | { response: { runId: string } }) {
  if (isProblem(outcome)) return outcome as never;
  return { run: (await loaders.run.load((outcome as { response: { runId: string } }).response.runId))! };
}

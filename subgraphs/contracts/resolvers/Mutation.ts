import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { approveMaloDraft } from '../actions/approve-malo-draft.ts';
import { editMaloDraft } from '../actions/edit-malo-draft.ts';
import { endContract } from '../actions/end-contract.ts';
import { importContract } from '../actions/import-contract.ts';
import { requestSwitch } from '../actions/request-switch.ts';
import type { DomainContext } from '../context.ts';
import type { Draft } from '../drafts/draft.ts';
import type { Contract } from '../supply/contract.ts';
import { wakeWorkers } from '../wake-workers.ts';

export const Mutation: MutationResolvers = {
  importContract: async (_, { input }, ctx) => {
    const outcome = await importContract(ctx, input);
    if (isProblem(outcome)) return outcome;
    wakeWorkers(ctx);
    return { draft: await draftOf(ctx, outcome.contractId), replayed: outcome.replayed };
  },
  editMaloDraft: async (_, { input }, ctx) => withDraft(ctx, await editMaloDraft(ctx, input)),
  approveMaloDraft: async (_, { input }, ctx) => withDraft(ctx, await approveMaloDraft(ctx, input)),
  cancelContract: async (_, { input }, ctx) => withContract(ctx, await endContract(ctx, input)),
  moveOut: async (_, { input }, ctx) => withContract(ctx, await endContract(ctx, { ...input, cause: 'MOVE_OUT' })),
  requestSwitch: async (_, { input }, ctx) => withDraft(ctx, await requestSwitch(ctx, input.draftId)),
};

/** The draft as it now stands. */
async function withDraft<Refused extends { problem: string }>(
  ctx: DomainContext,
  outcome: Refused | { contractId: string },
): Promise<Refused | { draft: Draft }> {
  if (isProblem(outcome)) return outcome as Refused;
  wakeWorkers(ctx);
  return { draft: await draftOf(ctx, (outcome as { contractId: string }).contractId) };
}

/** The draft, and the contract if there is one, as they now stand. */
async function withContract<Refused extends { problem: string }>(ctx: DomainContext, outcome: Refused | { contractId: string }): Promise<Refused | { draft: Draft; contract: Contract | null }> {
  const drafted = await withDraft(ctx, outcome);
  return isProblem(drafted) ? (drafted as Refused) : { ...(drafted as { draft: Draft }), contract: await ctx.loaders.contract.load((outcome as { contractId: string }).contractId) };
}

const draftOf = async ({ loaders }: DomainContext, contractId: string): Promise<Draft> => (await loaders.draft.load(contractId))!;

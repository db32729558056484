import { isProblem } from '@stromgraph/kernel/problem';
import type { MutationResolvers } from '#schema';
import { approveMaloDraft } from '../actions/approve-malo-draft.ts';
import { editMaloDraft } from '../actions/edit-malo-draft.ts';
import { importContract } from '../actions/import-contract.ts';
import { requestSwitch } from '../actions/request-switch.ts';
import type { DomainContext } from '../context.ts';
import type { Draft } from '../drafts/draft.ts';
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

const draftOf = async ({ loaders }: DomainContext, contractId: string): Promise<Draft> => (await loaders.draft.load(contractId))!;

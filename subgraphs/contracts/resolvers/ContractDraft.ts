import type { ContractDraftResolvers } from '#schema';
import { openParties } from '../actions/open-parties.ts';
import type { DomainContext } from '../context.ts';
import { submissionDueAt } from '../drafts/submission.ts';
import { nextSteps, type Refusal } from '../switching/next-steps.ts';
import { listEvents, refuseCustomers } from './trail.ts';

export const ContractDraft: ContractDraftResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.draft.load(id),
  id: ({ contractId }) => contractId,
  customer: ({ customerId }) => ({ id: customerId }),
  tariff: ({ price }) => ({ id: price.tariffId }),
  campaignId: ({ price }) => price.campaignId,
  salesChannel: ({ channel }) => channel,
  workingPriceCtPerKwh: ({ price }) => price.workingPriceCtPerKwh,
  fixFeeCentsPerMonth: ({ price }) => price.fixFeeCentsPerMonth,
  parties: (draft, _, ctx) => openParties(ctx, draft),
  validationFaults: ({ validationFaults }) => [...validationFaults],
  maloDraft: async ({ contractId }, _, ctx) => newest(ctx, contractId),
  maloDraftVersions: ({ contractId }, _, ctx) => {
    refuseCustomers(ctx);
    return ctx.loaders.maloDrafts.load(contractId);
  },
  applications: ({ contractId }, _, ctx) => {
    refuseCustomers(ctx);
    return ctx.loaders.applications.load(contractId);
  },
  submission: async ({ contractId, signedAt, submissionLate }, _, ctx) => {
    refuseCustomers(ctx);
    return {
      dueAt: submissionDueAt(signedAt),
      late: submissionLate,
      submittedAt: (await ctx.loaders.applications.load(contractId)).at(-1)?.requestedAt ?? null,
    };
  },
  nextSteps: async (draft, _, ctx) => {
    const [latest] = await ctx.loaders.applications.load(draft.contractId);
    const refusal: Refusal | null =
      latest?.status === 'REJECTED' ? { codeList: latest.codeList!, code: latest.code!, reason: latest.reason! } : null;
    return nextSteps(draft, await newest(ctx, draft.contractId), refusal);
  },
  contract: ({ contractId }, _, { loaders }) => loaders.contract.load(contractId),
  events: ({ contractId, customerId }, args, ctx) => listEvents(ctx, { contractId, customerId }, args),
};

async function newest(ctx: DomainContext, contractId: string) {
  refuseCustomers(ctx);
  return (await ctx.loaders.maloDrafts.load(contractId))[0]!;
}

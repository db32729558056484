import type { BillingFailureResolvers } from '#schema';

export const BillingFailure: BillingFailureResolvers = {
  contract: ({ contractId }) => ({ id: contractId }),
};

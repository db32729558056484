import type { BillingFailureResolvers } from '#schema';
import { FAILURE_TEXTS } from '../runs/billing-run.ts';

export const BillingFailure: BillingFailureResolvers = {
  contract: ({ contractId }) => ({ id: contractId }),
  text: ({ reason }) => FAILURE_TEXTS[reason],
};

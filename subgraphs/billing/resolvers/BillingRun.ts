import { pageOrThrow, toConnection } from '@stromgraph/kernel/connection';
import { euros } from '@stromgraph/kernel/money';
import type { BillingRunResolvers } from '#schema';
import { failuresPage } from '../store/runs.ts';

export const BillingRun: BillingRunResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.run.load(id),
  from: ({ period }) => period.from,
  until: ({ period }) => period.until,
  gross: ({ grossCents }) => euros(grossCents),
  failures: async ({ id }, args, { db }) => {
    const { first, after } = pageOrThrow(args, 1);
    return toConnection(await failuresPage(db, id, first, after), first, (failure) => [failure.contractId]);
  },
};

import { pageOrThrow, toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { QueryResolvers } from '#schema';
import { runsPage } from '../store/runs.ts';
import { listInvoices } from './invoices.ts';

export const Query: QueryResolvers = {
  invoice: (_, { id }, { loaders }) => (isId(id, 'invoice') ? loaders.invoice.load(id) : null),
  invoices: (_, { customerId, contractId, runId, ...page }, ctx) => listInvoices(ctx, { customerId, contractId, runId }, page),
  billingRun: (_, { id }, { loaders }) => (isId(id, 'billing-run') ? loaders.run.load(id) : null),
  billingRuns: async (_, args, { db }) => {
    const { first, after } = pageOrThrow(args, 2);
    return toConnection(await runsPage(db, first, after), first, (run) => [run.startedAt.toISOString(), run.id]);
  },
};

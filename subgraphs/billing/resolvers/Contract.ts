import type { ContractResolvers } from '#schema';
import { listInvoices } from './invoices.ts';

export const Contract: ContractResolvers = {
  invoices: ({ id }, page, ctx) => listInvoices(ctx, { contractId: id }, page),
};

import type { CustomerResolvers } from '#schema';
import { listInvoices } from './invoices.ts';

export const Customer: CustomerResolvers = {
  invoices: ({ id }, page, ctx) => listInvoices(ctx, { customerId: id }, page),
};

import type { CustomerResolvers } from '#schema';
import { listMessages } from './list.ts';

export const Customer: CustomerResolvers = {
  messages: ({ id }, page, ctx) => listMessages(ctx, { customerId: id }, page),
};

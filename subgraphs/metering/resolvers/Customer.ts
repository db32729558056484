import type { CustomerResolvers } from '#schema';
import { listMeters } from './meters.ts';

export const Customer: CustomerResolvers = {
  meters: ({ id }, page, ctx) => listMeters(ctx, { customerId: id }, page),
};

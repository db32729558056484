import type { ContractResolvers } from '#schema';
import { listMeters } from './meters.ts';
import { findUsage } from './usage.ts';

export const Contract: ContractResolvers = {
  meters: ({ id }, page, ctx) => listMeters(ctx, { contractId: id }, page),
  usage: ({ id }, asked, ctx) => findUsage(ctx, { contractId: id }, asked),
};

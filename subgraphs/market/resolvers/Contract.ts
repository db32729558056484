import type { ContractResolvers } from '#schema';
import { listMessages } from './list.ts';

export const Contract: ContractResolvers = {
  marketMessages: ({ id }, page, ctx) => listMessages(ctx, { contractId: id }, page),
};

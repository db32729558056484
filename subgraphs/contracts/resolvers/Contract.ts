import type { ContractResolvers } from '#schema';
import { trailFaults } from '../store/trail.ts';
import { listEvents, refuseCustomers } from './trail.ts';

export const Contract: ContractResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.contract.load(id),
  customer: ({ customerId }) => ({ id: customerId }),
  tariff: ({ tariffId }) => ({ id: tariffId }),
  prices: ({ id }, _, { loaders }) => loaders.prices.load(id),
  marketLocation: ({ marketLocationId }, _, { loaders }) => loaders.location.load(marketLocationId),
  meterNumber: async ({ id }, _, { loaders }) => (await loaders.suppliedMalos.load(id))[0]?.meterNumber ?? null,
  draft: ({ id }, _, { loaders }) => loaders.draft.load(id),
  events: ({ id, customerId }, args, ctx) => listEvents(ctx, { contractId: id, customerId }, args),
  trailIntact: async ({ id }, _, ctx) => {
    refuseCustomers(ctx);
    return (await trailFaults(ctx.db, id)).length === 0;
  },
};

import type { CustomerContractResolvers } from '#schema';

export const CustomerContract: CustomerContractResolvers = {
  contract: ({ contractId }) => ({ id: contractId }), // contracts resolves the rest
  premise: ({ premiseId }, _, { loaders }) => (premiseId === null ? null : loaders.premise.load(premiseId)),
  prices: async ({ contractId, customerId }, _, { loaders }) => (await loaders.prices.load(contractId)).filter((price) => price.customerId === customerId),
};

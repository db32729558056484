import type { TenorBreachResolvers } from '#schema';

export const TenorBreach: TenorBreachResolvers = {
  order: ({ id }, _, { loaders }) => loaders.orderOfTenorBreach.load(id),
};

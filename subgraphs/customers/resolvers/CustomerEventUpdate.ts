import type { CustomerEventUpdateResolvers } from '#schema';

export const CustomerEventUpdate: CustomerEventUpdateResolvers = {
  customer: ({ customer }, _, { loaders }) => loaders.customer.clear(customer!.id!).load(customer!.id!), // as it stands now: the context lives as long as the stream
};

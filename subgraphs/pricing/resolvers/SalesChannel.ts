import type { SalesChannelResolvers } from '#schema';

export const SalesChannel: SalesChannelResolvers = {
  __resolveReference: ({ name }, { loaders }) => loaders.channel.load(name),
};

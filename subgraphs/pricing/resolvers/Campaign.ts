import type { CampaignResolvers } from '#schema';

export const Campaign: CampaignResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.campaign.load(id),
  tariff: async ({ tariffId }, _, { loaders }) => (await loaders.tariff.load(tariffId))!,
  salesChannel: async ({ channel }, _, { loaders }) => (await loaders.channel.load(channel))!,
};

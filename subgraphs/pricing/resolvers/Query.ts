import { toConnection } from '@stromgraph/kernel/connection';
import { isId } from '@stromgraph/kernel/ids';
import type { QueryResolvers } from '#schema';
import { quotePlace } from '../actions/quote-place.ts';
import { priceListPage } from '../store/offers.ts';
import { tariffsPage } from '../store/tariffs.ts';
import { pageOrThrow, requireChannel } from './page.ts';

export const Query: QueryResolvers = {
  tariffs: async (_, { kind, ...args }, { db }) => {
    const { first, after } = pageOrThrow(args, 1);
    return toConnection(await tariffsPage(db, kind ?? null, first, after), first, (tariff) => [tariff.id]);
  },
  quote: (_, { input }, ctx) => {
    requireChannel(ctx, input.channel);
    return quotePlace(ctx, input);
  },
  priceList: async (_, { channel, on, tariffId, postalCode, ...args }, ctx) => {
    requireChannel(ctx, channel);
    const { first, after } = pageOrThrow(args, 2);
    const hopeless = tariffId != null && !isId(tariffId);
    const rows = hopeless
      ? []
      : await priceListPage(
          ctx.db,
          { channel, on: on ?? (await ctx.today()), tariffId: tariffId ?? null },
          postalCode ?? null,
          first,
          after,
        );
    return toConnection(rows, first, (price) => [price.campaign.id, String(price.line)]);
  },
};

import type { Resolvers } from '#schema';
import { Campaign } from './Campaign.ts';
import { Mutation } from './Mutation.ts';
import { Offer } from './Offer.ts';
import { PriceListEntry } from './PriceListEntry.ts';
import { Query } from './Query.ts';
import { Rate } from './Rate.ts';
import { SalesChannel } from './SalesChannel.ts';
import { Tariff } from './Tariff.ts';

export const resolvers: Resolvers = { Campaign, Mutation, Offer, PriceListEntry, Query, Rate, SalesChannel, Tariff };

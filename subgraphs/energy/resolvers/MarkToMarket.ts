import { euros } from '@stromgraph/kernel/money';
import type { MarkToMarketResolvers } from '#schema';

export const MarkToMarket: MarkToMarketResolvers = { value: ({ valueCents }) => euros(valueCents) };

import { euros } from '@stromgraph/kernel/money';
import type { PriceListEntryResolvers } from '#schema';

export const PriceListEntry: PriceListEntryResolvers = {
  fixedBonus: ({ fixedBonusCents }) => euros(fixedBonusCents),
};

import { euros } from '@stromgraph/kernel/money';
import type { AgreedPriceResolvers } from '#schema';

export const AgreedPrice: AgreedPriceResolvers = {
  tariff: ({ tariffId }) => ({ id: tariffId }),
  fixedBonus: ({ fixedBonusCents }) => euros(fixedBonusCents),
};

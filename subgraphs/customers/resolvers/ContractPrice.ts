import { euros } from '@stromgraph/kernel/money';
import type { ContractPriceResolvers } from '#schema';

export const ContractPrice: ContractPriceResolvers = {
  fixedBonus: ({ fixedBonusCents }) => euros(fixedBonusCents),
};

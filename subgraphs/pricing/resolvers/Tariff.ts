import { euros } from '@stromgraph/kernel/money';
import type { TariffResolvers } from '#schema';

export const Tariff: TariffResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.tariff.load(id),
  fixedBonus: ({ fixedBonusCents }) => euros(fixedBonusCents),
  passedThrough: ({ passedThrough }) => [...passedThrough],
};

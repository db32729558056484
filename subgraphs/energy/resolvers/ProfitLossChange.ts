import { euros } from '@stromgraph/kernel/money';
import type { ProfitLossChangeResolvers } from '#schema';

export const ProfitLossChange: ProfitLossChangeResolvers = {
  before: ({ beforeCents }) => euros(beforeCents),
  after: ({ afterCents }) => euros(afterCents),
  price: ({ effects }) => euros(effects.priceCents),
  volume: ({ effects }) => euros(effects.volumeCents),
  deals: ({ effects }) => euros(effects.dealsCents),
  imbalance: ({ effects }) => euros(effects.imbalanceCents),
  residual: ({ beforeCents, afterCents, effects: { priceCents, volumeCents, dealsCents, imbalanceCents } }) => euros(afterCents - beforeCents - priceCents - volumeCents - dealsCents - imbalanceCents),
};

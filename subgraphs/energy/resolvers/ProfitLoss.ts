import { euros } from '@stromgraph/kernel/money';
import type { ProfitLossResolvers } from '#schema';
import { moneyOf } from './amounts.ts';

export const ProfitLoss: ProfitLossResolvers = {
  ...moneyOf,
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
  realised: ({ realisedCents }) => euros(realisedCents),
  unrealised: ({ unrealisedCents }) => euros(unrealisedCents),
};

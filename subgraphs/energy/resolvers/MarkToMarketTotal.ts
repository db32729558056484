import { euros } from '@stromgraph/kernel/money';
import type { MarkToMarketTotalResolvers } from '#schema';

export const MarkToMarketTotal: MarkToMarketTotalResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
  value: ({ valueCents }) => euros(valueCents),
};

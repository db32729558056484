import { euros } from '@stromgraph/kernel/money';
import type { PositionTotalResolvers } from '#schema';

export const PositionTotal: PositionTotalResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => (gridAreaId === null ? null : loaders.gridArea.load(gridAreaId)),
  value: ({ valueCents }) => (valueCents === null ? null : euros(valueCents)),
};

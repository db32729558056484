import { isId } from '@stromgraph/kernel/ids';
import { euros } from '@stromgraph/kernel/money';
import type { OpenPositionResolvers } from '#schema';

export const OpenPosition: OpenPositionResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.position.load(id) : null),
  hedgeOrder: ({ id }, _, { loaders }) => loaders.orderOfPosition.load(id),
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  start: ({ startAt }) => startAt,
  end: ({ endAt }) => endAt,
  averagePricePerMwh: ({ averagePriceEurPerMwh }) => averagePriceEurPerMwh,
  pricePerMwh: ({ priceEurPerMwh }) => priceEurPerMwh,
  value: ({ valueCents }) => (valueCents === null ? null : euros(valueCents)),
};

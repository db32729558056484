import { isId } from '@stromgraph/kernel/ids';
import { euros } from '@stromgraph/kernel/money';
import type { OpenPositionResolvers } from '#schema';

export const OpenPosition: OpenPositionResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.position.load(id) : null),
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  start: ({ startAt }) => startAt,
  end: ({ endAt }) => endAt,
  averagePricePerMwh: ({ averagePriceEurPerMwh }) => averagePriceEurPerMwh,
  value: ({ valueCents }) => (valueCents === null ? null : euros(valueCents)),
};

import { euros } from '@stromgraph/kernel/money';
import type { PositionPartResolvers } from '#schema';

export const PositionPart: PositionPartResolvers = {
  contract: ({ kind, id }) => (kind === 'CONTRACT' ? { __typename: 'Contract', id } : null),
  trade: ({ kind, id }, _, { loaders }) => (kind === 'TRADE' ? loaders.trade.load(id) : null),
  forecast: ({ kind, id }, _, { loaders }) => (kind === 'FORECAST' ? loaders.forecast.load(id) : null),
  curve: ({ kind, id }, _, { loaders }) => (kind === 'CURVE' ? loaders.curve.load(id) : null),
  value: ({ valueCents }) => (valueCents === null ? null : euros(valueCents)),
};

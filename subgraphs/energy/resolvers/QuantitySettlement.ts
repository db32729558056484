import { euros } from '@stromgraph/kernel/money';
import type { QuantitySettlementResolvers } from '#schema';

export const QuantitySettlement: QuantitySettlementResolvers = {
  gridArea: ({ gridAreaId }, _, { loaders }) => loaders.gridArea.load(gridAreaId),
  contract: ({ contractId }) => ({ __typename: 'Contract', id: contractId }),
  pricePerMwh: ({ eurPerMwh }) => eurPerMwh,
  amount: ({ amountCents }) => (amountCents === null ? null : euros(amountCents)),
};

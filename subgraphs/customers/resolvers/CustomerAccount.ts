import { euros } from '@stromgraph/kernel/money';
import type { CustomerAccountResolvers } from '#schema';

export const CustomerAccount: CustomerAccountResolvers = {
  balance: ({ balanceCents }) => euros(balanceCents),
};

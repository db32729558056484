import { euros } from '@stromgraph/kernel/money';
import type { Amounts } from '../profit/profit-loss.ts';

/** The money of what adds up. */
export const moneyOf = {
  purchased: ({ purchasedCents }: Amounts) => euros(purchasedCents),
  resold: ({ resoldCents }: Amounts) => euros(resoldCents),
  sold: ({ soldCents }: Amounts) => euros(soldCents),
  imbalance: ({ imbalanceCents }: Amounts) => euros(imbalanceCents),
  margin: ({ marginCents }: Amounts) => euros(marginCents),
};

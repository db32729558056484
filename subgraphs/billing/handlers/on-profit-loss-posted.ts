import { ProfitLossPosted } from '@stromgraph/events/energy';
import { on } from '@stromgraph/kernel/hearer';
import { bookClose } from '../actions/book-close.ts';

/** The books hear of closed months; what a day earned is energy's alone. */
export const onProfitLossPosted = on(ProfitLossPosted, async (tx, { data }) => {
  if (data.period !== 'MONTH') return;
  const { profitLossId: id, from: month, replaces } = data;
  await bookClose(tx, { id, month, replaces, purchasedCents: BigInt(data.purchasedCents), resoldCents: BigInt(data.resoldCents), imbalanceCents: BigInt(data.imbalanceCents) });
});

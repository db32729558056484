import { PriceVersionPublished } from '@stromgraph/events/pricing';
import { on } from '@stromgraph/kernel/hearer';
import { insertPriceVersion } from '../store/contracts.ts';

/** Contracts keep the price they were sold with; an agent sees that a newer one is on offer. */
export const onPriceVersionPublished = on(PriceVersionPublished, async (tx, { data }) => {
  await insertPriceVersion(tx, data);
});

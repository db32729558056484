import { PriceVersionPublished } from '@stromgraph/events/pricing';
import { onAll } from '@stromgraph/kernel/hearer';
import { saveCampaigns } from '../store/known-offers.ts';

/** The campaign is known; it can be contracted once all its prices have come. */
export const onPriceVersionPublished = onAll(PriceVersionPublished, (tx, events) =>
  saveCampaigns(
    tx,
    events.map(({ data }) => data),
  ),
);

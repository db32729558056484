import { CampaignPricesPublished } from '@stromgraph/events/pricing';
import { onAll } from '@stromgraph/kernel/hearer';
import { savePrices } from '../store/known-offers.ts';

export const onCampaignPricesPublished = onAll(CampaignPricesPublished, (tx, events) =>
  savePrices(
    tx,
    events.map(({ data }) => data),
  ),
);

import { TariffDefined } from '@stromgraph/events/pricing';
import { onAll } from '@stromgraph/kernel/hearer';
import { saveTariffs } from '../store/known-offers.ts';

export const onTariffDefined = onAll(TariffDefined, (tx, events) =>
  saveTariffs(
    tx,
    events.map(({ data }) => data),
  ),
);

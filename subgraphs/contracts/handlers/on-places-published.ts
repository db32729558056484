import { PlacesPublished } from '@stromgraph/events/pricing';
import { onAll } from '@stromgraph/kernel/hearer';
import { savePlaces } from '../store/known-offers.ts';

export const onPlacesPublished = onAll(PlacesPublished, (tx, events) =>
  savePlaces(
    tx,
    events.flatMap(({ data }) => data.places),
  ),
);

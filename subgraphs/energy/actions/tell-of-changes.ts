import { OpenPositionChanged } from '@stromgraph/events/energy';
import type { Tx } from '@stromgraph/kernel/database';
import { type Event, eventOf, publishEvents } from '@stromgraph/kernel/outbox';
import type { ChangedPositions } from '../store/recalculate.ts';

/** One event per area that has changed, after those of the causes. */
export const tellOfChanges = (tx: Tx, changed: readonly ChangedPositions[], causes: readonly string[], before: readonly Event[] = []): Promise<void> =>
  publishEvents(tx, [
    ...before,
    ...changed.map(({ gridAreaId, from, until, recalculation }) =>
      eventOf(OpenPositionChanged, {
        aggregateType: 'grid-area',
        aggregateId: gridAreaId,
        data: { gridAreaId, from: from.toISOString(), until: until.toISOString(), causes: [...causes], recalculation: String(recalculation) },
      }),
    ),
  ]);

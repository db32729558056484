import { OpenPositionChanged } from '@stromgraph/events/energy';
import type { Tx } from '@stromgraph/kernel/database';
import { publishAll } from '@stromgraph/kernel/outbox';
import type { ChangedPositions } from '../store/recalculate.ts';

/** One event per area that has changed. */
export const tellOfChanges = (tx: Tx, changed: readonly ChangedPositions[], causes: readonly string[]): Promise<void> =>
  publishAll(
    tx,
    OpenPositionChanged,
    changed.map(({ gridAreaId, from, until, recalculation }) => ({
      aggregateType: 'grid-area',
      aggregateId: gridAreaId,
      data: { gridAreaId, from: from.toISOString(), until: until.toISOString(), causes: [...causes], recalculation: String(recalculation) },
    })),
  );

import { OpenPositionChanged } from '@stromgraph/events/energy';
import { onAll } from '@stromgraph/kernel/hearer';
import { renominate } from '../actions/watch-nominations.ts';
import { watchLimits } from '../actions/watch-limits.ts';

/** Whatever moved a position, its limit is looked at after the commit; several moves of an area are looked at together. Tomorrow's schedule follows. */
export const onOpenPositionChanged = onAll(OpenPositionChanged, async (tx, events) => {
  for (const gridAreaId of [...new Set(events.map(({ data }) => data.gridAreaId))].toSorted()) await watchLimits(tx, gridAreaId);
  await renominate(tx, events.map(({ data }) => data));
});

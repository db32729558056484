import { OpenPositionChanged } from '@stromgraph/events/energy';
import { businessToday } from '@stromgraph/kernel/clock';
import { onAll } from '@stromgraph/kernel/hearer';
import { addDays, startOfDay } from '@stromgraph/kernel/time';
import { renominate } from '../actions/watch-nominations.ts';
import { watchLimits } from '../actions/watch-limits.ts';
import { watchTenors } from '../actions/watch-tenors.ts';
import { openDaysOf } from '../positions/horizon.ts';

/** Whatever moved a position, its limits are looked at after the commit; several moves of an area are looked at together. Tomorrow's schedule follows. */
export const onOpenPositionChanged = onAll(OpenPositionChanged, async (tx, events) => {
  const moved = events.map(({ data }) => data);
  const forward = startOfDay(addDays(openDaysOf(await businessToday(tx)).at(-1)!, 1));
  await watchLimits(tx, areasOf(moved.filter(({ from }) => new Date(from) < forward)));
  await watchTenors(tx, areasOf(moved));
  await renominate(tx, moved);
});

const areasOf = (moved: readonly { gridAreaId: string }[]): string[] => [...new Set(moved.map(({ gridAreaId }) => gridAreaId))].toSorted();

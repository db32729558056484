import { type Db, readTogether } from '@stromgraph/kernel/database';
import { feedHead } from '@stromgraph/kernel/feed';
import { addDays, type LocalDate, startOfDay } from '@stromgraph/kernel/time';
import { type DeliveryDay, toDeliveryDay } from '../positions/delivery-day.ts';
import { gridAreasNamed } from './grid-areas.ts';
import { gateClosureMinutes, limitsOf } from './position-limits.ts';
import { positionsIn } from './positions.ts';

/** A day as it stands at one place of the stream; null when none of the areas has positions on it. */
export const findDeliveryDay = (db: Db<any>, { date, gridAreaIds }: { date: LocalDate; gridAreaIds: readonly string[] | null }): Promise<DeliveryDay | null> =>
  readTogether(db, async (at) => {
    const { position: seq } = await feedHead(at);
    const areas = await gridAreasNamed(at, gridAreaIds);
    const limits = await limitsOf(at, areas.map(({ id }) => id));
    return toDeliveryDay(date, { seq, areas, limits, gateMinutes: await gateClosureMinutes(at), positions: await positionsIn(at, { gridAreaIds, from: startOfDay(date), until: startOfDay(addDays(date, 1)) }) });
  });

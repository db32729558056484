import { ConsumptionRealised } from '@stromgraph/events/energy';
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { publish } from '@stromgraph/kernel/outbox';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { gridAreaUnknown, type GridAreaUnknown } from '../areas/grid-area.ts';
import { ENET } from '../clients/enet.ts';
import type { AllocatedDay } from '../forecasts/told-day.ts';
import { addAllocatedDay } from '../store/allocated-days.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { MEASURE_FORECASTS, measuredSubject } from './measure-forecasts.ts';

/** Stores what was used on a day, as the grid operator allocates it; the forecasts of that day are measured against it at once, and again when a correction comes. */
export const importActuals = (db: Db<any>, { position, ...day }: AllocatedDay & { position: bigint }): Promise<void | GridAreaUnknown> =>
  transact(db, async (tx) => {
    const { gridAreaId, deliveryDay, version, wattHours } = day;
    if ((await gridAreasById(tx, [gridAreaId])).length === 0) return gridAreaUnknown(gridAreaId);
    const now = await businessNow(tx);
    await moveCursor(tx, ENET, position, now);
    if (!(await addAllocatedDay(tx, day, now))) return;
    await publish(tx, ConsumptionRealised, {
      aggregateType: 'grid-area',
      aggregateId: gridAreaId,
      data: { gridAreaId, deliveryDay, version, source: 'DSO', wattHours: String(wattHours.reduce((sum, each) => sum + each, 0n)) },
    });
    await schedule(tx, { kind: MEASURE_FORECASTS, subject: measuredSubject(gridAreaId, deliveryDay), dueAt: now });
  });

import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { gridAreaUnknown, type GridAreaUnknown } from '../areas/grid-area.ts';
import { ENET } from '../clients/enet.ts';
import type { DayTemperatures } from '../forecasts/told-day.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { addTemperatures } from '../store/temperatures.ts';

/** Stores how warm a day is; our own forecast of it goes by that. */
export const importTemperatures = (db: Db<any>, { position, ...day }: DayTemperatures & { position: bigint }): Promise<void | GridAreaUnknown> =>
  transact(db, async (tx) => {
    if ((await gridAreasById(tx, [day.gridAreaId])).length === 0) return gridAreaUnknown(day.gridAreaId);
    const now = await businessNow(tx);
    await moveCursor(tx, ENET, position, now);
    await addTemperatures(tx, day, now);
  });

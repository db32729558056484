import { ForecastImported } from '@stromgraph/events/energy';
import { type Db, transact } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { ENET } from '../clients/enet.ts';
import type { PublishedForecast } from '../forecasts/forecast.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { addForecast } from '../store/forecasts.ts';
import { addUnnamedGridAreas } from '../store/grid-areas.ts';
import { beginCause, settleCause } from './move-positions.ts';

/** Stores a published version and lets it give the demand; a version that is known already only moves the cursor. */
export const importForecast = (
  db: Db<any>,
  { gridAreaCode, position, ...forecast }: PublishedForecast & { gridAreaCode: string; position: bigint },
): Promise<void> =>
  transact(db, async (tx) => {
    const { gridAreaId, deliveryDay, version, publishedAt } = forecast;
    await addUnnamedGridAreas(tx, [{ id: gridAreaId, code: gridAreaCode }]);
    const cause = await beginCause(tx, [gridAreaId]);
    await moveCursor(tx, ENET, position, cause.now);
    const id = await addForecast(tx, forecast, cause.now);
    if (!id) return;
    await publish(tx, ForecastImported, {
      aggregateType: 'grid-area',
      aggregateId: gridAreaId,
      data: { gridAreaId, horizon: 'DAY_AHEAD', deliveryDay, version, publishedAt: publishedAt.toISOString() },
    });
    if (cause.days.includes(deliveryDay)) await rebuildProfileDemand(tx, { gridAreaIds: [gridAreaId], days: [deliveryDay] });
    await settleCause(tx, cause, { gridAreaIds: [gridAreaId], days: [deliveryDay] }, [`forecast ${id}`]);
  });

import { ForecastImported } from '@stromgraph/events/energy';
import { type Db, planningOnce, transact, type Tx } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { gridAreaUnknown, type GridAreaUnknown } from '../areas/grid-area.ts';
import { ENET } from '../clients/enet.ts';
import { firstDayOf, type PublishedForecast } from '../forecasts/forecast.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { addForecast } from '../store/forecasts.ts';
import { beginCause, type Cause, settleCause } from './move-positions.ts';

/** Stores a published version and lets it give the demand of the days for which it is the one; a version that is known already only moves the cursor. */
export const importForecast = (db: Db<any>, { position, ...forecast }: PublishedForecast & { position: bigint }): Promise<void | GridAreaUnknown> =>
  transact(db, async (unplanned) => {
    const tx = planningOnce(unplanned);
    const { gridAreaId } = forecast;
    const cause = await beginCause(tx, [gridAreaId]);
    if (!cause.areas.some(({ id }) => id === gridAreaId)) return gridAreaUnknown(gridAreaId);
    await moveCursor(tx, ENET, position, cause.now);
    await takeForecast(tx, cause, forecast);
  });

/** Within a cause: stores a version and recalculates the open days that it covers. */
export async function takeForecast(tx: Tx, cause: Cause, forecast: PublishedForecast): Promise<void> {
  const { gridAreaId, horizon, basis, deliveryDay, version, publishedAt } = forecast;
  const id = await addForecast(tx, forecast, cause.now);
  if (!id) return;
  await publish(tx, ForecastImported, {
    aggregateType: 'grid-area',
    aggregateId: gridAreaId,
    data: { forecastId: id, gridAreaId, horizon, basis, deliveryDay, version, publishedAt: publishedAt.toISOString() },
  });
  const days = cause.days.filter((day) => firstDayOf(horizon, day) === deliveryDay);
  if (days.length > 0) await rebuildProfileDemand(tx, { gridAreaIds: [gridAreaId], days });
  await settleCause(tx, cause, { gridAreaIds: [gridAreaId], days, figures: 'DEMAND' }, [`forecast ${id}`]);
}

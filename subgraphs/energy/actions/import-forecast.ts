import { ForecastImported } from '@stromgraph/events/energy';
import { type Db, planningOnce, together, transact, type Tx } from '@stromgraph/kernel/database';
import { eventOf } from '@stromgraph/kernel/outbox';
import { moveCursor } from '@stromgraph/kernel/publication-cursor';
import { gridAreaUnknown, type GridAreaUnknown } from '../areas/grid-area.ts';
import { ENET } from '../clients/enet.ts';
import { firstDayOf, type PublishedForecast } from '../forecasts/forecast.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { addForecast } from '../store/forecasts.ts';
import { beginCause, type Cause, settleCause } from './move-positions.ts';

export const importForecast = (db: Db<any>, { position, ...forecast }: PublishedForecast & { position: bigint }): Promise<void | GridAreaUnknown> => importForecasts(db, [forecast], position);

/** Stores published versions and lets them give the demand of the days for which they are the ones; versions that are known already only move the cursor. None is stored where an area is unknown. */
export const importForecasts = (db: Db<any>, forecasts: readonly PublishedForecast[], position: bigint): Promise<void | GridAreaUnknown> =>
  transact(db, async (plain) => {
    const tx = planningOnce(plain); // dozens come one after the other
    const cause = await beginCause(tx, forecasts.map(({ gridAreaId }) => gridAreaId));
    const unknown = forecasts.find(({ gridAreaId }) => !cause.areas.some(({ id }) => id === gridAreaId));
    if (unknown) return gridAreaUnknown(unknown.gridAreaId);
    await together(moveCursor(tx, ENET, position, cause.now), takeForecasts(tx, cause, forecasts));
  });

/** Within a cause: stores versions and recalculates the open days that they cover. */
export async function takeForecasts(tx: Tx, cause: Cause, forecasts: readonly PublishedForecast[]): Promise<void> {
  const added: (PublishedForecast & { id: string })[] = [];
  for (const forecast of forecasts) {
    const id = await addForecast(tx, forecast, cause.now);
    if (id) added.push({ ...forecast, id });
  }
  if (added.length === 0) return;
  const gridAreaIds = [...new Set(added.map(({ gridAreaId }) => gridAreaId))];
  const days = cause.days.filter((day) => added.some(({ horizon, deliveryDay }) => firstDayOf(horizon, day) === deliveryDay));
  const events = added.map(({ id, gridAreaId, horizon, basis, deliveryDay, version, publishedAt }) =>
    eventOf(ForecastImported, {
      aggregateType: 'grid-area',
      aggregateId: gridAreaId,
      data: { forecastId: id, gridAreaId, horizon, basis, deliveryDay, version, publishedAt: publishedAt.toISOString() },
    }),
  );
  await together(
    days.length > 0 ? rebuildProfileDemand(tx, { gridAreaIds, days }) : Promise.resolve(),
    settleCause(tx, cause, { gridAreaIds, days, figures: 'DEMAND' }, added.map(({ id }) => `forecast ${id}`), events),
  );
}

import { businessNow } from '@stromgraph/kernel/clock';
import { planningOnceForAll, type Tx } from '@stromgraph/kernel/database';
import { addDays, type LocalDate } from '@stromgraph/kernel/time';
import { errorOf, type ForecastError } from '../forecasts/forecast-error.ts';
import { type DemandForecast, isOwn, quarterHoursOn } from '../forecasts/forecast.ts';
import type { GridArea } from '../areas/grid-area.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { allocatedDays, newestAllocation } from '../store/allocated-days.ts';
import { addForecastErrors } from '../store/forecast-errors.ts';
import { forecastsAhead } from '../store/forecasts.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { profileForecasts } from '../store/profile-forecasts.ts';

export const MEASURE_FORECASTS = 'MEASURE_FORECASTS';
/** How many weeks back a day of the same weekday is looked for that was known at a forecast's cut-off. */
const PERSISTENCE_WEEKS = 8;

/** What a due row measures: an area's day. */
export const measuredSubject = (gridAreaId: string, day: LocalDate): string => `${gridAreaId} ${day}`;

/**
 * Measures what each horizon last said ahead of a day, and ourselves, against what was used; beside it what profiles and the same
 * weekday before said, both as they were known at that forecast's cut-off.
 */
export async function measureForecasts(plain: Tx, subject: string): Promise<void> {
  const tx = await planningOnceForAll(plain);
  const [gridAreaId, day] = subject.split(' ') as [string, LocalDate];
  const [area] = await gridAreasById(tx, [gridAreaId]);
  const now = await businessNow(tx);
  const used = (await allocatedDays(tx, { gridAreaId, days: [day], knownAt: now })).get(day);
  const actualVersion = await newestAllocation(tx, gridAreaId, day);
  if (!area || !used || actualVersion === null) return;
  const errors: Omit<ForecastError, 'version'>[] = [];
  for (const forecast of await forecastsAhead(tx, { gridAreaId, day })) {
    const references = await referencesOf(tx, { area, day, forecast, quarterHours: used.length });
    errors.push({
      gridAreaId, deliveryDay: day, horizon: forecast.horizon, own: isOwn(forecast), forecastId: forecast.id, actualVersion, calculatedAt: now,
      actualWattHours: used.reduce((sum, each) => sum + each, 0n),
      forecast: errorOf(quarterHoursOn(forecast, day)!, used),
      profile: errorOf(references.profile, used),
      persistence: references.persistence && errorOf(references.persistence, used),
    });
  }
  await addForecastErrors(tx, errors);
}

type Measured = Readonly<{ area: GridArea; day: LocalDate; forecast: DemandForecast; quarterHours: number }>;

/** What profiles said at the cut-off, and the newest same weekday that was known then and is as long. */
async function referencesOf(tx: Tx, { area, day, forecast: { cutOffAt: knownAt }, quarterHours }: Measured) {
  const before = Array.from({ length: PERSISTENCE_WEEKS }, (_, weeks) => addDays(day, -7 * (weeks + 1)));
  const known = await allocatedDays(tx, { gridAreaId: area.id, days: before, knownAt });
  return {
    profile: (await profileForecasts(tx, areaDaysOf([area], [day]), knownAt)).get(day)!,
    persistence: before.map((each) => known.get(each)).find((each) => each?.length === quarterHours) ?? null,
  };
}

import { businessNow } from '@stromgraph/kernel/clock';
import { planningOnceForAll, type Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { addDays, dayOf, startOfDay } from '@stromgraph/kernel/time';
import { forecastFromHistory, HISTORY_DAYS } from '../forecasts/from-history.ts';
import { nextForecastAt } from '../forecasts/timetable.ts';
import { areaDaysOf } from '../positions/area-day.ts';
import { allocatedDays } from '../store/allocated-days.ts';
import { nextOwnVersion } from '../store/forecasts.ts';
import { gridAreasNamed } from '../store/grid-areas.ts';
import { profileForecasts } from '../store/profile-forecasts.ts';
import { meanTemperatures } from '../store/temperatures.ts';
import { takeForecasts } from './import-forecast.ts';
import { beginCause } from './move-positions.ts';

/** Once a day: every area is given its turn. */
export const FORECAST_AREAS = 'FORECAST_AREAS';
/** An area's turn. */
export const FORECAST_DAY = 'FORECAST_DAY';

export const planForecasts = async (tx: Tx, now: Date): Promise<void> => schedule(tx, { kind: FORECAST_AREAS, subject: 'areas', dueAt: nextForecastAt(now) });

export async function forecastAreas(tx: Tx, dueAt: Date): Promise<void> {
  for (const { id } of await gridAreasNamed(tx, null)) await schedule(tx, { kind: FORECAST_DAY, subject: id, dueAt });
  await planForecasts(tx, await businessNow(tx));
}

/**
 * Makes our own forecast of an area's next day, from what is known now: it is stored beside the imported ones as a version of its own and
 * gives the demand where none of them does. Nothing where there is too little history; nothing once the day has begun.
 */
export async function forecastDay(plain: Tx, gridAreaId: string, dueAt: Date): Promise<void> {
  const tx = await planningOnceForAll(plain);
  const target = addDays(dayOf(dueAt), 1);
  const cause = await beginCause(tx, [gridAreaId]);
  const { now } = cause;
  const area = cause.areas.find(({ id }) => id === gridAreaId);
  if (!area || now >= startOfDay(target)) return;
  const past = Array.from({ length: HISTORY_DAYS }, (_, ago) => addDays(target, -ago - 1));
  const used = await allocatedDays(tx, { gridAreaId, days: past, knownAt: now });
  const celsius = await meanTemperatures(tx, { gridAreaId, days: [target, ...used.keys()], knownAt: now });
  const areaDays = areaDaysOf([area], [target, ...used.keys()]);
  const byProfile = await profileForecasts(tx, areaDays, now);
  const [expected, ...known] = areaDays.map(({ day, dayType }) => ({ day, dayType, byProfile: byProfile.get(day)!, celsius: celsius.get(day) ?? null }));
  const wattHours = forecastFromHistory(expected!, known.map((each) => ({ ...each, used: used.get(each.day)! })));
  if (!wattHours) return;
  const version = await nextOwnVersion(tx, gridAreaId, target);
  await takeForecasts(tx, cause, [{ horizon: 'DAY_AHEAD', basis: 'HISTORY', gridAreaId, deliveryDay: target, version, publishedAt: now, cutOffAt: now, wattHours }]);
}

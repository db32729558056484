import { businessNow } from '@stromgraph/kernel/clock';
import type { ContentInvalid } from '@stromgraph/kernel/data-service';
import { transact } from '@stromgraph/kernel/database';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import { type Reading, reportContent, type Take, type Taking } from '@stromgraph/kernel/read-publications';
import { dayOf } from '@stromgraph/kernel/time';
import { ENET, readGridAreas, readImbalancePrices, readProfile, readProfileCodes } from '../clients/enet.ts';
import type { GridAreaUnknown } from '../areas/grid-area.ts';
import { readActuals, readTemperatures } from '../clients/enet-days.ts';
import { FORECAST_KINDS, readForecast } from '../clients/enet-forecasts.ts';
import { hasProfilesOf } from '../store/profiles.ts';
import { importActuals } from './import-actuals.ts';
import { importForecast } from './import-forecast.ts';
import { importImbalancePrices } from './import-imbalance-prices.ts';
import { importGridAreas } from './import-grid-areas.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { importTemperatures } from './import-temperatures.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { noteFailedReading, noteReading } from './watch-series.ts';

const MAX_SUBJECT = 200;
/** Forward curves and grid fees are pricing's. */
const takeForecast: Take = async (reading, { n, kind, href }) => {
  const forecast = await readForecast(reading.service, kind, href);
  if (isProblem(forecast)) return refuseContent(reading, forecast);
  await refuseUnknownArea(reading, href, await importForecast(reading.db, { ...forecast, position: BigInt(n) }));
};
const TAKERS: Readonly<Record<string, Take>> = {
  ...Object.fromEntries(FORECAST_KINDS.map((kind) => [kind, takeForecast])),
  LOAD_PROFILES: (reading, { href }) => takeProfile(reading, href),
  IMBALANCE_PRICES: async (reading, { n, href }) => {
    const prices = await readImbalancePrices(reading.service, href);
    return isProblem(prices) ? refuseContent(reading, prices) : importImbalancePrices(reading.db, { ...prices, position: BigInt(n) });
  },
  ACTUALS: async (reading, { n, href }) => {
    const day = await readActuals(reading.service, href);
    return isProblem(day) ? refuseContent(reading, day) : refuseUnknownArea(reading, href, await importActuals(reading.db, { ...day, position: BigInt(n) }));
  },
  TEMPERATURES: async (reading, { n, href }) => {
    const day = await readTemperatures(reading.service, href);
    return isProblem(day) ? refuseContent(reading, day) : refuseUnknownArea(reading, href, await importTemperatures(reading.db, { ...day, position: BigInt(n) }));
  },
};
const KINDS = Object.keys(TAKERS);

const takePublication: Take = (reading, publication) => TAKERS[publication.kind]!(reading, publication);

export const taking: Taking = { take: takePublication, kinds: KINDS, afterReading: noteReading(KINDS), afterFailure: noteFailedReading };

const refuseUnknownArea = async (reading: Reading, href: string, outcome: void | GridAreaUnknown): Promise<void> =>
  isProblem(outcome)
    ? refuseContent(reading, problem('ContentInvalid', `${href}: gridArea is not one of ours (allowed: areas of the data service's list or of our contracts)`, { href }))
    : undefined;

/** Content that makes no sense is left out; somebody has to look at it. */
async function refuseContent(reading: Reading, content: ContentInvalid): Promise<void> {
  reportContent(reading, content);
  const alert = { kind: 'DATA_INVALID', severity: 'WARNING', gridAreaId: null, period: null } as const;
  await transact(reading.db, (tx) => raiseAlerts(tx, [{ ...alert, subject: `${ENET} ${content.href}`.slice(0, MAX_SUBJECT), message: content.message }]));
}

async function takeProfile(reading: Reading, href: string): Promise<void> {
  const profile = await readProfile(reading.service, href);
  if (isProblem(profile)) return refuseContent(reading, profile);
  if (profile) await importLoadProfile(reading.db, profile);
}

/** Areas and this year's profiles, which were published long before the list of publications begins. */
export async function readMasterData(reading: Reading): Promise<void> {
  const { db, service } = reading;
  const areas = await readGridAreas(service);
  if (isProblem(areas)) return refuseContent(reading, areas);
  await importGridAreas(db, areas);
  const year = Number(dayOf(await businessNow(db)).slice(0, 4));
  if (await hasProfilesOf(db, year)) return;
  const codes = await readProfileCodes(service);
  if (isProblem(codes)) return refuseContent(reading, codes);
  for (const code of codes.profiles)
    for (const each of [year, year + 1]) await takeProfile(reading, `/v1/load-profiles/${encodeURIComponent(code)}?year=${each}`);
}

import { businessNow } from '@stromgraph/kernel/clock';
import type { ContentInvalid, Publication } from '@stromgraph/kernel/data-service';
import { transact } from '@stromgraph/kernel/database';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import { type Reading, reportContent, type Take, type Taking } from '@stromgraph/kernel/read-publications';
import { dayOf } from '@stromgraph/kernel/time';
import { ENET, GRID_AREAS, PROFILES, readGridAreas, readImbalancePrices, readProfile, readProfileCodes, readQuantityPrice } from '../clients/enet.ts';
import type { GridAreaUnknown } from '../areas/grid-area.ts';
import { readActuals, readTemperatures } from '../clients/enet-days.ts';
import { FORECAST_KINDS, readForecast } from '../clients/enet-forecasts.ts';
import { isStanding } from '../store/alerts.ts';
import { profilesKnown } from '../store/profiles.ts';
import { importActuals } from './import-actuals.ts';
import { importForecast, importForecasts } from './import-forecast.ts';
import { importImbalancePrices } from './import-imbalance-prices.ts';
import { importGridAreas } from './import-grid-areas.ts';
import { importLoadProfile } from './import-load-profile.ts';
import { importQuantityPrice } from './import-quantity-price.ts';
import { importTemperatures } from './import-temperatures.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';
import { noteFailedReading, noteReading } from './watch-series.ts';

/** What is published is taken, or makes no sense; what makes sense later, in a later version of the same, ends the alert. */
type Taker = (reading: Reading, publication: Publication) => Promise<void | ContentInvalid>;
const MAX_SUBJECT = 200;
/** Forward curves and grid fees are pricing's. */
const takeForecast: Taker = async ({ db, service }, { n, kind, href }) => {
  const forecast = await readForecast(service, kind, href);
  return isProblem(forecast) ? forecast : ofKnownArea(href, await importForecast(db, { ...forecast, position: BigInt(n) }));
};
/** Those of several areas at once: one cause, one recalculation. Where one of them makes no sense, each is taken by itself. */
async function takeForecasts(reading: Reading, publications: readonly Publication[]): Promise<boolean> {
  const forecasts = [];
  for (const content of await Promise.all(publications.map(({ kind, href }) => readForecast(reading.service, kind, href)))) {
    if (isProblem(content)) return false;
    forecasts.push(content);
  }
  if (isProblem(await importForecasts(reading.db, forecasts, BigInt(publications.at(-1)!.n)))) return false;
  await endAlerts(reading, publications.map(({ href }) => href));
  return true;
}
const TAKERS: Readonly<Record<string, Taker>> = {
  ...Object.fromEntries(FORECAST_KINDS.map((kind) => [kind, takeForecast])),
  LOAD_PROFILES: ({ db, service }, { href }) => takeProfile(db, service, href),
  IMBALANCE_PRICES: async ({ db, service }, { n, href }) => {
    const prices = await readImbalancePrices(service, href);
    return isProblem(prices) ? prices : importImbalancePrices(db, { ...prices, position: BigInt(n) });
  },
  QUANTITY_PRICES: async ({ db, service }, { n, href }) => {
    const price = await readQuantityPrice(service, href);
    return isProblem(price) ? price : importQuantityPrice(db, { ...price, position: BigInt(n) });
  },
  ACTUALS: async ({ db, service }, { n, href }) => {
    const day = await readActuals(service, href);
    return isProblem(day) ? day : ofKnownArea(href, await importActuals(db, { ...day, position: BigInt(n) }));
  },
  TEMPERATURES: async ({ db, service }, { n, href }) => {
    const day = await readTemperatures(service, href);
    return isProblem(day) ? day : ofKnownArea(href, await importTemperatures(db, { ...day, position: BigInt(n) }));
  },
};
const KINDS = Object.keys(TAKERS);

const takePublication: Take = async (reading, publication) => judgeContent(reading, publication.href, await TAKERS[publication.kind]!(reading, publication));

export const taking: Taking = { take: takePublication, together: { kinds: FORECAST_KINDS, take: takeForecasts }, kinds: KINDS, afterReading: noteReading(KINDS), afterFailure: noteFailedReading };

const ofKnownArea = (href: string, outcome: void | GridAreaUnknown): void | ContentInvalid =>
  isProblem(outcome) ? problem('ContentInvalid', `${href}: gridArea is not one of ours (allowed: areas of the data service's list or of our contracts)`, { href }) : undefined;

/** What a publication is about: versions of the same differ in nothing else. */
const subjectOf = (href: string): string => `${ENET} ${href.replace(/([?&])version=[^&]*(&|$)/, '$1').replace(/[?&]$/, '')}`.slice(0, MAX_SUBJECT);

/** Content that makes no sense is left out, and somebody has to look at it until there is some that does. */
async function judgeContent(reading: Reading, href: string, outcome: void | ContentInvalid): Promise<void> {
  const [kind, subject] = ['DATA_INVALID' as const, subjectOf(href)];
  if (isProblem(outcome)) {
    reportContent(reading, outcome);
    return transact(reading.db, (tx) => raiseAlerts(tx, [{ kind, subject, severity: 'WARNING', gridAreaId: null, period: null, message: outcome.message }]));
  }
  await endAlerts(reading, [href]);
}

async function endAlerts({ db }: Reading, hrefs: readonly string[]): Promise<void> {
  const [kind, subjects] = ['DATA_INVALID' as const, hrefs.map(subjectOf)];
  if (await isStanding(db, kind, subjects)) await transact(db, (tx) => clearAlerts(tx, kind, subjects));
}

/** Nothing while the profile is not published for that year. */
async function takeProfile(db: Reading['db'], service: Reading['service'], href: string): Promise<void | ContentInvalid> {
  const profile = await readProfile(service, href);
  if (isProblem(profile)) return profile;
  if (profile) await importLoadProfile(db, profile);
}

/** Areas, and profiles of this year and the next, which were published long before the list of publications begins: those that an earlier reading did not get to. */
export async function readMasterData(reading: Reading): Promise<void> {
  const { db, service } = reading;
  const areas = await readGridAreas(service);
  await judgeContent(reading, GRID_AREAS, isProblem(areas) ? areas : undefined);
  if (isProblem(areas)) return;
  await importGridAreas(db, areas);
  const codes = await readProfileCodes(service);
  await judgeContent(reading, PROFILES, isProblem(codes) ? codes : undefined);
  if (isProblem(codes)) return;
  const year = Number(dayOf(await businessNow(db)).slice(0, 4));
  const years = [year, year + 1];
  const known = await profilesKnown(db, codes.profiles, years);
  for (const code of codes.profiles)
    for (const each of years) {
      if (known.has(`${code} ${each}`)) continue;
      const href = `${PROFILES}/${encodeURIComponent(code)}?year=${each}`;
      await judgeContent(reading, href, await takeProfile(db, service, href));
    }
}

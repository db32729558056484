import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact } from '@stromgraph/kernel/database';
import type { Logger } from '@stromgraph/kernel/log';
import { isProblem } from '@stromgraph/kernel/problem';
import { dayOf } from '@stromgraph/kernel/time';
import type { ContentInvalid, Enet, Publication } from '../clients/enet.ts';
import { isOverdue, retryAt } from '../forecasts/retry.ts';
import { hasProfilesOf } from '../store/profiles.ts';
import { moveCursor, noteFailure, noteSuccess, readCursor } from '../store/publications.ts';
import { importForecast } from './import-forecast.ts';
import { importGridAreas } from './import-grid-areas.ts';
import { importLoadProfile } from './import-load-profile.ts';

type Tools = Readonly<{ db: Db<any>; enet: Enet; log: Logger }>;

/**
 * Takes over what the data service has published since the last time, each publication in a transaction of its own. When the
 * service fails it is left alone for a growing while, in business time.
 */
export async function readPublications(tools: Tools): Promise<void> {
  const { db, log } = tools;
  const cursor = await readCursor(db);
  const now = await businessNow(db);
  if (cursor.retryAt && now < cursor.retryAt) return;
  try {
    await readOn(tools, cursor.position);
    if (cursor.failures > 0) await transact(db, (tx) => noteSuccess(tx, now));
  } catch (error) {
    await transact(db, (tx) =>
      noteFailure(tx, {
        at: now,
        retryAt: retryAt(cursor.failures, now, Math.random()),
        error: error instanceof Error ? error.message : String(error),
      }),
    );
    const overdue = isOverdue(cursor.failingSince ?? now, now);
    log[overdue ? 'error' : 'warn'](
      { err: error, failures: cursor.failures + 1, ...(overdue ? { alarm: 'enet' } : {}) },
      'the data service could not be read',
    );
  }
}

async function readOn(tools: Tools, from: bigint): Promise<void> {
  let position = from;
  for (;;) {
    const page = await tools.enet.publicationsAfter(position);
    if (isProblem(page)) throw new Error(page.message);
    for (const publication of page.publications) await take(tools, publication);
    if (page.publications.length > 0) await transact(tools.db, async (tx) => moveCursor(tx, BigInt(page.next), await businessNow(tx)));
    position = BigInt(page.next);
    if (!page.more) return;
  }
}

/** What makes no sense will not do so next time either: it is reported and left behind. Prices, curves and fees are not ours. */
async function take({ db, enet, log }: Tools, { n, kind, href }: Publication): Promise<void> {
  if (kind === 'DAY_AHEAD_FORECAST') {
    const forecast = await enet.forecast(href);
    if (isProblem(forecast)) return report(log, forecast);
    await importForecast(db, { ...forecast, position: BigInt(n) });
  }
  if (kind === 'LOAD_PROFILES') await takeProfile({ db, enet, log }, href);
}

async function takeProfile({ db, enet, log }: Tools, href: string): Promise<void> {
  const profile = await enet.profile(href);
  if (isProblem(profile)) return report(log, profile);
  if (profile) await importLoadProfile(db, profile);
}

/** Areas and this year's profiles, which were published long before the list of publications begins. */
export async function readMasterData(tools: Tools): Promise<void> {
  const { db, enet, log } = tools;
  const areas = await enet.gridAreas();
  if (isProblem(areas)) return report(log, areas);
  await importGridAreas(db, areas);
  const year = Number(dayOf(await businessNow(db)).slice(0, 4));
  if (await hasProfilesOf(db, year)) return;
  const codes = await enet.profileCodes();
  if (isProblem(codes)) return report(log, codes);
  for (const code of codes.profiles)
    for (const each of [year, year + 1]) await takeProfile(tools, `/v1/load-profiles/${encodeURIComponent(code)}?year=${each}`);
}

const report = (log: Logger, content: ContentInvalid) =>
  log.error({ alarm: 'enet-content', href: content.href, reason: content.message }, 'a publication makes no sense and was left out');

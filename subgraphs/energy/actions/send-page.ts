// One page to people: tried until the pager takes it, given up after the last try. Killed anywhere, its due row brings it again.
import { businessNow } from '@stromgraph/kernel/clock';
import { type Db, transact, type Tx } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import type { Logger } from '@stromgraph/kernel/log';
import { addMs } from '@stromgraph/kernel/time';
import { afterAttempt, pauseAfter } from '../alerts/page.ts';
import type { Pager, PagerSettings } from '../clients/pager.ts';
import { alertsById } from '../store/alerts.ts';
import { gridAreasById } from '../store/grid-areas.ts';
import { isToldBefore, lockPage, openPager, pageById, savePage, waitingPages } from '../store/pages.ts';
import { PAGER_UNREACHABLE, SEND_PAGE } from './page-alerts.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export type Paging = Readonly<{ db: Db<any>; pager: Pager; log: Logger }>;

const SUBJECT = 'pager';
/** So soon it is looked again whether the page before it has gone. */
const IN_TURN_MS = 60_000;
/** What waited while there was no pager, told at the start. */
const MAX_WAITING = 10_000;

/** Knows whether there is a pager; what waits for one is due now. */
export async function openPaging(tx: Tx, { leastSeverity, of }: PagerSettings): Promise<void> {
  const isPaged = of(tx.tenant) !== null;
  await openPager(tx, isPaged ? leastSeverity : null);
  const now = await businessNow(tx);
  for (const id of isPaged ? await waitingPages(tx, MAX_WAITING) : []) await schedule(tx, { kind: SEND_PAGE, subject: id, dueAt: now });
}

export async function sendPage({ db, pager, log }: Paging, pageId: string): Promise<void> {
  const page = await pageById(db, pageId);
  if (page?.status !== 'WAITING') return;
  if (!(await isToldBefore(db, page))) return transact(db, async (tx) => schedule(tx, { kind: SEND_PAGE, subject: pageId, dueAt: addMs(await businessNow(tx), IN_TURN_MS) }));
  const [alert] = await alertsById(db, [page.alertId]);
  const [area] = alert!.gridAreaId === null ? [] : await gridAreasById(db, [alert!.gridAreaId]);
  const error = await pager.send({ page, alert: alert!, gridAreaCode: area?.code ?? null, tenant: db.tenant }).then(
    () => null,
    (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
  );
  if (error !== null) log.warn({ pageId, attempts: page.attempts + 1, reason: error }, 'a page was not taken');
  await transact(db, (tx) => noteAttempt(tx, pageId, error, log));
}

async function noteAttempt(tx: Tx, pageId: string, error: string | null, log: Logger): Promise<void> {
  const page = await lockPage(tx, pageId);
  if (page?.status !== 'WAITING') return; // told twice: a job that was taken for lost
  const now = await businessNow(tx);
  const after = afterAttempt(page, error);
  await savePage(tx, { id: pageId, ...after }, now);
  const due = { kind: SEND_PAGE, subject: pageId };
  if (after.status === 'WAITING') return schedule(tx, { ...due, dueAt: addMs(now, pauseAfter(after.attempts, Math.random())) });
  await unschedule(tx, due);
  if (after.status === 'SENT') return clearAlerts(tx, PAGER_UNREACHABLE, [SUBJECT]);
  log.error({ alarm: 'pager', pageId, alertId: page.alertId, reason: error }, 'a page was given up');
  const message = `The pager did not take what it was told in ${after.attempts} tries, at last: ${after.error}`;
  await raiseAlerts(tx, [{ kind: PAGER_UNREACHABLE, subject: SUBJECT, severity: 'CRITICAL', message, gridAreaId: null, period: null }]);
}

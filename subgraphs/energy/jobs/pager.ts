import { businessNow } from '@stromgraph/kernel/clock';
import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import { newId } from '@stromgraph/kernel/ids';
import { addJob, queue, work, type Working } from '@stromgraph/kernel/queue';
import { addMs } from '@stromgraph/kernel/time';
import { z } from 'zod';
import { SEND_PAGE } from '../actions/page-alerts.ts';
import { sendPage } from '../actions/send-page.ts';
import { openPagerAt, type PagerSettings } from '../clients/pager.ts';
import type { EnergyRuntime } from '../runtime.ts';
import { pageById } from '../store/pages.ts';

const pageQueue = queue('energy.send-page', z.strictObject({ pageId: z.uuid(), sendId: z.uuid() }), ({ sendId }) => sendId);
const AT_ONCE = 4;
/** A try whose job was lost is made again after so long, in business time. */
const LOST_AFTER_MS = 15 * 60_000;

export const startPaging = (runtime: EnergyRuntime, pagers: PagerSettings): Promise<Working> =>
  work(runtime, pageQueue, AT_ONCE, async ({ db, name }, { pageId }, { correlationId }) => {
    const address = pagers.of(name);
    if (address) await sendPage({ db: db.causedBy({ correlationId }), pager: openPagerAt(address), log: runtime.log.child({ tenant: name }) }, pageId);
  });

/**
 * A job does it outside the transaction; if that is lost, the row comes again. A job may be done before this row is committed, and finds
 * nothing to take back: then this ends it the next time. Pages wait where there is no pager.
 */
export const pageDueHandlers = (runtime: EnergyRuntime, pagers: PagerSettings): DueHandlers => ({
  [SEND_PAGE]: async (tx, { subject: pageId }) => {
    if (!pagers.of(tx.tenant) || (await pageById(tx, pageId))?.status !== 'WAITING') return;
    await schedule(tx, { kind: SEND_PAGE, subject: pageId, dueAt: addMs(await businessNow(tx), LOST_AFTER_MS) });
    await addJob(runtime, runtime.tenants.get(tx.tenant)!, pageQueue, { pageId, sendId: newId() });
  },
});

import type { Tx } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import type { Alert } from '../alerts/alert.ts';
import type { PageChange } from '../alerts/page.ts';
import { addPages } from '../store/pages.ts';

export const SEND_PAGE = 'SEND_PAGE';
export const PAGER_UNREACHABLE = 'PAGER_UNREACHABLE';

/** Has people told, in the transaction that raised or cleared these alerts. That the pager does not answer cannot be told by it. */
export async function pageAlerts(tx: Tx, alerts: readonly Alert[], change: PageChange, now: Date): Promise<void> {
  const paged = alerts.filter(({ kind }) => kind !== PAGER_UNREACHABLE);
  if (paged.length === 0) return;
  for (const id of await addPages(tx, paged.map(({ id: alertId }) => alertId), change, now)) await schedule(tx, { kind: SEND_PAGE, subject: id, dueAt: now });
}

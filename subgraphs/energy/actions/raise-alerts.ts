import { EnergyAlertChanged } from '@stromgraph/events/energy';
import { requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { isId } from '@stromgraph/kernel/ids';
import { publishAll } from '@stromgraph/kernel/outbox';
import { fault, invalid, problem } from '@stromgraph/kernel/problem';
import type { Alert, AlertKind, NewAlert } from '../alerts/alert.ts';
import type { DomainContext } from '../context.ts';
import { addAlerts, alertsById, clearStanding, noteSeen } from '../store/alerts.ts';
import { pageAlerts } from './page-alerts.ts';

const MAX_AT_ONCE = 100;

/** Tells of what needs a look, in the transaction that noticed it; what stands already is not told again. */
export async function raiseAlerts(tx: Tx, alerts: readonly NewAlert[]): Promise<void> {
  if (alerts.length === 0) return;
  const now = await businessNow(tx);
  const raised = await addAlerts(tx, alerts, now);
  await announce(tx, raised, 'RAISED');
  await pageAlerts(tx, raised, 'RAISED', now);
}

/** Tells that the cause is gone; what does not stand is left alone. */
export async function clearAlerts(tx: Tx, kind: AlertKind, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  const now = await businessNow(tx);
  const cleared = await clearStanding(tx, kind, subjects, now);
  await announce(tx, cleared, 'CLEARED');
  await pageAlerts(tx, cleared, 'CLEARED', now);
}

/** Notes who has seen these alerts; all or none. */
export async function acknowledgeAlerts({ db, actor }: DomainContext, alertIds: readonly string[]) {
  const { name } = requireActor(actor);
  if (alertIds.length < 1 || alertIds.length > MAX_AT_ONCE)
    return invalid([fault('alertIds', `has ${alertIds.length} entries`, `1 to ${MAX_AT_ONCE}`)]);
  return transact(db, async (tx) => {
    const known = new Set((await alertsById(tx, alertIds.filter((id) => isId(id)))).map(({ id }) => id));
    const strange = alertIds.find((id) => !known.has(id));
    if (strange !== undefined) return problem('EnergyAlertNotFound', `There is no alert ${strange}.`, { alertId: strange });
    await announce(tx, await noteSeen(tx, alertIds, name, await businessNow(tx)), 'ACKNOWLEDGED');
    return { alertIds };
  });
}

const announce = (tx: Tx, alerts: readonly Alert[], change: 'RAISED' | 'ACKNOWLEDGED' | 'CLEARED'): Promise<void> =>
  publishAll(
    tx,
    EnergyAlertChanged,
    alerts.map(({ id, kind, gridAreaId }) => ({ aggregateType: 'alert', aggregateId: id, data: { alertId: id, kind, gridAreaId, change } })),
  );

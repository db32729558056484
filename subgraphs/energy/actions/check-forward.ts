import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { dayOf } from '@stromgraph/kernel/time';
import type { Tools } from '@stromgraph/kernel/runtime';
import { forwardPeriodsOf } from '../positions/horizon.ts';
import { addPositionCheck, type PositionCheck } from '../store/check-positions.ts';
import { compareForward, lockForwardArea, saveForward } from '../store/forward-positions.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';
import { calculateForward, settleArea } from './settle-forward.ts';
import { tellOfChanges } from './tell-of-changes.ts';

export const CHECK_FORWARD = 'CHECK_FORWARD';

/** One area's positions beyond the open days from nothing, after what is under way; what was calculated from nothing holds from now on. */
export async function checkForward(tx: Tx, gridAreaId: string, log: Tools['log']): Promise<PositionCheck | null> {
  if (!(await lockForwardArea(tx, gridAreaId))) return null; // it has none yet
  const now = await businessNow(tx);
  await settleArea(tx, gridAreaId, now);
  const figures = await calculateForward(tx, gridAreaId, forwardPeriodsOf(dayOf(now)));
  const check: PositionCheck = { positions: figures.length, ...(await compareForward(tx, gridAreaId, figures)) };
  await addPositionCheck(tx, check, { checkedAt: now, horizon: 'FORWARD' });
  const subject = `forward ${gridAreaId}`;
  if (check.differing === 0) {
    await clearAlerts(tx, 'RECALCULATION_DIFFERED', [subject]);
    return check;
  }
  const { positions, differing, differingWattHours } = check;
  const message = `${differing} of ${positions} positions beyond the open days differed from a calculation from nothing, by ${differingWattHours} Wh in all; its figures hold from now on.`;
  log.error({ alarm: 'positions-differ', gridAreaId, positions, differing, differingWattHours: String(differingWattHours) }, message);
  await raiseAlerts(tx, [{ kind: 'RECALCULATION_DIFFERED', subject, severity: 'CRITICAL', message, gridAreaId, period: null }]);
  const causes = ['hourly recalculation'];
  await tellOfChanges(tx, await saveForward(tx, { gridAreaId, figures, calculatedAt: now, causes }), causes);
  return check;
}

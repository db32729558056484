import { schedule } from '@stromgraph/kernel/due';
import type { Tx } from '@stromgraph/kernel/database';
import type { Tools } from '@stromgraph/kernel/runtime';
import { areaDaysOf } from '../positions/area-day.ts';
import { nextCheckAt } from '../positions/horizon.ts';
import { addPositionCheck, comparePositions, type PositionCheck } from '../store/check-positions.ts';
import { rebuildProfileDemand } from '../store/demand.ts';
import { CHECK_FORWARD } from './check-forward.ts';
import { beginCause, settleCause } from './move-positions.ts';
import { clearAlerts, raiseAlerts } from './raise-alerts.ts';

export const CHECK_POSITIONS = 'CHECK_POSITIONS';
const SUBJECT = 'positions';
export type CheckSettings = Readonly<{ log: Tools['log']; everyHours: number }>;

export const planCheck = (tx: Tx, now: Date, everyHours: number): Promise<void> =>
  schedule(tx, { kind: CHECK_POSITIONS, subject: SUBJECT, dueAt: nextCheckAt(now, everyHours) });

/**
 * The hourly recalculation of all open positions from nothing; those of later days follow area by area. It must agree with what the causes kept up to date; where it does
 * not, that is told, and what was calculated from nothing holds from now on.
 */
export async function checkPositions(tx: Tx, { log, everyHours }: CheckSettings): Promise<PositionCheck> {
  const cause = await beginCause(tx, null);
  const gridAreaIds = cause.areas.map(({ id }) => id);
  const { days, opened, now } = cause;
  if (opened.length > 0) await settleCause(tx, cause, { gridAreaIds: [], days: [], figures: 'ALL' }, []); // they are not missing: they begin now
  const check = await comparePositions(tx, areaDaysOf(cause.areas, days));
  await addPositionCheck(tx, check, { checkedAt: now, horizon: 'QUARTER_HOUR' });
  await planCheck(tx, now, everyHours);
  for (const subject of gridAreaIds) await schedule(tx, { kind: CHECK_FORWARD, subject, dueAt: now });
  if (check.differing === 0) {
    await clearAlerts(tx, 'RECALCULATION_DIFFERED', [SUBJECT]);
    return check;
  }
  const { positions, differing, differingWattHours } = check;
  const message = `${differing} of ${positions} positions differed from a calculation from nothing, by ${differingWattHours} Wh in all; its figures hold from now on.`;
  log.error({ alarm: 'positions-differ', positions, differing, differingWattHours: String(differingWattHours) }, message);
  await raiseAlerts(tx, [{ kind: 'RECALCULATION_DIFFERED', subject: SUBJECT, severity: 'CRITICAL', message, gridAreaId: null, period: null }]);
  await rebuildProfileDemand(tx, { gridAreaIds, days });
  await settleCause(tx, cause, { gridAreaIds, days, figures: 'ALL' }, ['hourly recalculation']);
  return check;
}

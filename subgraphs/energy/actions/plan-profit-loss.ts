import type { Tx } from '@stromgraph/kernel/database';
import { nextClose } from '../profit/calendar.ts';
import { isPlanned } from '../store/planned.ts';
import { CLOSE_MONTH, planClose } from './close-month.ts';
import { planSnapshot, SNAPSHOT_PROFIT_LOSS } from './revalue-profit-loss.ts';

/** At the first start; what is planned, though it be overdue, stays as it is. */
export async function planProfitLoss(tx: Tx, now: Date): Promise<void> {
  if (!(await isPlanned(tx, SNAPSHOT_PROFIT_LOSS))) await planSnapshot(tx, now);
  if (!(await isPlanned(tx, CLOSE_MONTH))) await planClose(tx, nextClose(now).month);
}

import { schedule } from '@stromgraph/kernel/due';
import type { Tx } from '@stromgraph/kernel/database';
import { nextDayOpensAt } from '../positions/horizon.ts';
import { beginCause, settleCause } from './move-positions.ts';

export const OPEN_POSITION_DAYS = 'OPEN_POSITION_DAYS';

/** Opens the days up to three ahead of business today, and plans the next time. */
export async function openPositionDays(tx: Tx): Promise<void> {
  const cause = await beginCause(tx, null);
  await settleCause(tx, cause, { gridAreaIds: [], days: [], figures: 'ALL' }, []);
  await schedule(tx, { kind: OPEN_POSITION_DAYS, subject: 'positions', dueAt: nextDayOpensAt(cause.today) });
}

import type { DueHandlers } from '@stromgraph/kernel/due';
import { CHECK_POSITIONS, checkPositions } from '../actions/check-positions.ts';
import { OPEN_POSITION_DAYS, openPositionDays } from '../actions/open-position-days.ts';
import { WATCH_LIMITS, watchLimits } from '../actions/watch-limits.ts';
import { watchDueHandlers } from '../actions/watch-series.ts';

/** `checkEveryHours`: how often all positions are calculated from nothing. */
export const dueHandlersWith = ({ checkEveryHours }: { checkEveryHours: number }): DueHandlers => ({
  [OPEN_POSITION_DAYS]: openPositionDays,
  [CHECK_POSITIONS]: async (tx, _, { log }) => void (await checkPositions(tx, { log, everyHours: checkEveryHours })),
  [WATCH_LIMITS]: (tx, { subject }) => watchLimits(tx, subject),
  ...watchDueHandlers,
});

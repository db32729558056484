import type { DueHandlers } from '@stromgraph/kernel/due';
import { OPEN_POSITION_DAYS, openPositionDays } from '../actions/open-position-days.ts';

export const dueHandlers: DueHandlers = { [OPEN_POSITION_DAYS]: openPositionDays };

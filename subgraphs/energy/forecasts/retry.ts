import { pauseAfter, type Pauses } from '@stromgraph/kernel/retry';

const PAUSES: Pauses = { firstMs: 1_000, longestMs: 15 * 60_000 };
/** After so long somebody has to look. */
const GIVE_NOTICE_AFTER_MS = 6 * 3_600_000;

/** When a data service that fails is asked again, in business time; `chance` (0 to 1) spreads many askers. */
export const retryAt = (failuresBefore: number, now: Date, chance: number): Date =>
  new Date(now.getTime() + pauseAfter(failuresBefore + 1, PAUSES, chance));

export const isOverdue = (failingSince: Date, now: Date): boolean => now.getTime() - failingSince.getTime() >= GIVE_NOTICE_AFTER_MS;

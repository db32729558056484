// When a data service is read: at the moments that it announces, and again when something is late or fails. Pure; business time.
import type { Planned } from './data-service.ts';
import { pauseAfter, type Pauses } from './retry.ts';

const PAUSES: Pauses = { firstMs: 1_000, longestMs: 15 * 60_000 };
/** Somebody has to look after so long. */
const GIVE_NOTICE_AFTER_MS = 6 * 3_600_000;
/** What is late is asked for again after as long as it is late, within these. */
const SHORTEST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Without any announcement. */
const UNANNOUNCED_MS = 3_600_000;

/** When a data service that fails is asked again; `chance` (0 to 1) spreads many askers. */
export const retryAt = (failuresBefore: number, now: Date, chance: number): Date =>
  new Date(now.getTime() + pauseAfter(failuresBefore + 1, PAUSES, chance));

export const isOverdue = (failingSince: Date, now: Date): boolean => now.getTime() - failingSince.getTime() >= GIVE_NOTICE_AFTER_MS;

/** When it is read next: at the first announced moment of a kind that matters, or soon where one has passed without a publication. */
export function nextReadingAt(planned: readonly Planned[], kinds: readonly string[], now: Date): Date {
  const moments = planned.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => at.getTime());
  const next = moments.map((at) => (at > now.getTime() ? at : now.getTime() + Math.min(Math.max(now.getTime() - at, SHORTEST_WAIT_MS), LONGEST_WAIT_MS)));
  return new Date(Math.min(...next, moments.length > 0 ? Infinity : now.getTime() + UNANNOUNCED_MS));
}

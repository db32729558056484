/** How often a stream may speak. */
export type Pace = Readonly<{
  /** Until the next event may go out. */
  waitMs: (nowMs: number) => number;
  sent: (nowMs: number) => void;
}>;

/** Of the time between two events. */
const EARLY = 0.5;

/**
 * No more than `maxHz` a second in the long run. One event may come half a period early: changes that come just as
 * fast as they may would otherwise all wait as long as the slowest of them took to get here.
 */
export function makePace(maxHz: number): Pace {
  const periodMs = 1_000 / Math.max(1, maxHz);
  let dueMs = Number.NEGATIVE_INFINITY;
  return {
    waitMs: (nowMs) => Math.max(0, dueMs - EARLY * periodMs - nowMs),
    sent: (nowMs) => {
      dueMs = Math.max(dueMs, nowMs) + periodMs;
    },
  };
}

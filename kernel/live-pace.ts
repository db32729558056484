/** How often a stream may speak. */
export type Pace = Readonly<{
  /** Until the next event may go out. */
  waitMs: (nowMs: number) => number;
  sent: (nowMs: number) => void;
}>;

/** Events that may go out before their time. */
const EARLY = 2;

/**
 * `maxHz` a second in the long run, with a few events closer together. Evenly spaced, changes that come just as fast as
 * they may would wait for good as long as the latest of them was late.
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

import { readInstant } from '../world/berlin.ts';

/** Business time: runs with system time, or on from a set instant, or stands still at one. */
export type Clock = {
  nowMs(): number;
  isRunning(): boolean;
  /** `null` goes back to system time, `undefined` keeps the instant and changes only whether it runs. */
  set(now: string | null | undefined, running: boolean): void;
};

export function makeClock(now?: string): Clock {
  let offsetMs = 0;
  let heldAtMs: number | null = null;

  const clock: Clock = {
    nowMs: () => heldAtMs ?? Date.now() + offsetMs,
    isRunning: () => heldAtMs === null,
    set(next, running) {
      const nowMs = next === null ? Date.now() : next === undefined ? clock.nowMs() : readInstant(next);
      if (nowMs === null) throw new Error(`The instant ${next} needs an offset or Z.`);
      offsetMs = nowMs - Date.now();
      heldAtMs = running ? null : nowMs;
    },
  };
  if (now !== undefined) clock.set(now, true);
  return clock;
}

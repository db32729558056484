// How to behave towards an outside service that fails: wait longer and longer, and leave it alone when it is down.
import { setTimeout as pause } from 'node:timers/promises';
import { isPassing } from './database.ts';

export type Pauses = Readonly<{ firstMs: number; longestMs: number }>;

/** The pause after the n-th try: doubling up to the longest, of which chance (0 to 1) takes off up to half, so that many do not come back at once. */
export function pauseAfter(tries: number, { firstMs, longestMs }: Pauses, chance: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(tries - 1, 0), 30));
  return Math.round(whole * (1 - chance / 2));
}

/** How a provider has done lately; it is data (business time), so that every worker knows and a restart forgets nothing. */
export type Circuit = Readonly<{ failures: number; openUntil: Date | null }>;
export const CLOSED: Circuit = { failures: 0, openUntil: null };

const FAILURES_THAT_OPEN = 3;
/** A provider that is down is asked once in 30 seconds at most, in ten minutes at least. */
const PROBES: Pauses = { firstMs: 30_000, longestMs: 600_000 };

/** Several failures in a row open the circuit: until then nothing is tried. */
export function afterFailure({ failures }: Circuit, now: Date): Circuit {
  const count = failures + 1;
  if (count < FAILURES_THAT_OPEN) return { failures: count, openUntil: null };
  return { failures: count, openUntil: new Date(now.getTime() + pauseAfter(count - FAILURES_THAT_OPEN + 1, PROBES, 0)) };
}

/** How many tries a provider may get at once: all, none while its circuit is open, one as a probe when the wait is over. */
export function triesAllowed({ openUntil }: Circuit, now: Date, wanted: number): number {
  if (openUntil === null) return wanted;
  return now < openUntil ? 0 : Math.min(1, wanted);
}

const START_PAUSES: Pauses = { firstMs: 100, longestMs: 2_000 };
const START_TRIES = 12;

/** Does what a start depends on, again and again (half a minute at most) while only a lock, a time-out or a connection is at fault. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries === START_TRIES || !isPassing(error)) throw error;
      await pause(pauseAfter(tries, START_PAUSES, Math.random()));
    }
}

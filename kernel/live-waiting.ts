import type { FeedEntry } from './feed.ts';

/** More than this missed or waiting is answered by the whole state instead. */
export const MAX_WAITING = 5_000;

/** What a stream has not told its consumer yet: bounded, and every wait in it ends when the stream does. */
export type Waiting = Readonly<{
  take: (entries: readonly FeedEntry[]) => void;
  takeAll: () => FeedEntry[];
  putFirst: (entries: readonly FeedEntry[]) => void;
  /** Drops what the state up to this position contains, and the memory of an overflow. */
  forget: (until: bigint) => void;
  overflown: () => boolean;
  /** Resolves when something waits, or the stream ended. */
  some: () => Promise<void>;
  /** Resolves after the time, or when the stream ended. */
  pause: (ms: number) => Promise<void>;
  end: () => void;
  ended: () => boolean;
}>;

export function makeWaiting(concerns: (entry: FeedEntry) => boolean): Waiting {
  let entries: FeedEntry[] = [];
  let overflow = false;
  let ended = false;
  let wake = () => {};
  let stopPause = () => {};
  const take = (fresh: readonly FeedEntry[]): void => {
    if (overflow || ended) return;
    for (const entry of fresh) if (concerns(entry)) entries.push(entry);
    if (entries.length > MAX_WAITING) {
      overflow = true;
      entries = [];
    }
    if (overflow || entries.length > 0) wake();
  };
  return {
    take,
    takeAll: () => entries.splice(0),
    putFirst: (missed) => {
      entries = [...missed.filter(concerns), ...entries];
    },
    forget: (until) => {
      overflow = false;
      entries = entries.filter((entry) => entry.position > until);
    },
    overflown: () => overflow,
    some: () =>
      new Promise((resolve) => {
        if (ended || overflow || entries.length > 0) return resolve();
        wake = resolve;
      }),
    pause: (ms) =>
      new Promise((resolve) => {
        if (ms <= 0 || ended) return resolve();
        const timer = setTimeout(resolve, ms);
        stopPause = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => {
      ended = true;
      entries = [];
      wake();
      stopPause();
    },
    ended: () => ended,
  };
}

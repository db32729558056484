import type { Outlet, Subscriber } from './subscription.ts';

/** A subscriber in a group: where it is in the stream, and what it may not be told yet. */
export type Member = Readonly<{
  subscriber: Subscriber;
  /** The last `seq` it has; undefined before its first event. */
  at: () => number | undefined;
  /** What the others get is kept for it from now on. */
  hold: () => void;
  /** It has all up to here, and is told from now on what lies behind, first what was kept. */
  release: (reached: number | undefined) => void;
  /** An event of all: told, kept, or left out because the member has it. */
  tell: (payload: string, seq: unknown) => void;
  /** An event of its own, which brings it to where the others are. */
  bring: Outlet['next'];
}>;

export function makeMember(subscriber: Subscriber, from: number | undefined): Member {
  const { outlet, limits } = subscriber;
  let at = from;
  let kept: [payload: string, seq: unknown][] | null = null;
  let bytes = 0;

  function bring(payload: string, seq: unknown): void {
    if (typeof seq === 'number') at = seq;
    outlet.next(payload, seq);
  }

  function tell(payload: string, seq: unknown): void {
    if (kept) {
      kept.push([payload, seq]);
      bytes += payload.length;
      if (bytes > limits.waitingBytes) outlet.overflow();
    } else if (at === undefined || typeof seq !== 'number' || seq > at) bring(payload, seq);
  }

  return {
    subscriber,
    at: () => at,
    hold: () => void (kept ??= []),
    release(reached) {
      if (reached !== undefined && (at === undefined || reached > at)) at = reached;
      const waiting = kept ?? [];
      kept = null;
      bytes = 0;
      for (const [payload, seq] of waiting) tell(payload, seq);
    },
    tell,
    bring,
  };
}

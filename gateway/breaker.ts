/** Counts over the last calls, so that neither an old failure nor a lucky success decides alone. */
export type BreakerRule = Readonly<{ calls: number; failures: number; probeEveryMs: number }>;

export const BREAKER: BreakerRule = { calls: 20, failures: 10, probeEveryMs: 1_000 };

export type Breaker = Readonly<{
  /** Whether a call may go out now. An open breaker lets one probe through per interval and fails the rest at once. */
  allows: () => boolean;
  succeeded: () => void;
  failed: () => void;
  isOpen: () => boolean;
}>;

/** A circuit breaker that never makes a caller wait: libraries queue callers behind the probe, we answer them. */
export function makeBreaker(rule: BreakerRule = BREAKER, now: () => number = Date.now): Breaker {
  let outcomes: boolean[] = [];
  let open = false;
  let probeAt = 0;

  function allows(): boolean {
    if (!open) return true;
    if (now() < probeAt) return false;
    probeAt = now() + rule.probeEveryMs;
    return true;
  }

  function succeeded(): void {
    if (open) {
      open = false;
      outcomes = [];
    }
    record(true);
  }

  function failed(): void {
    record(false);
    if (!open && outcomes.filter((ok) => !ok).length < rule.failures) return;
    open = true;
    probeAt = now() + rule.probeEveryMs;
  }

  function record(ok: boolean): void {
    outcomes.push(ok);
    if (outcomes.length > rule.calls) outcomes.shift();
  }

  return { allows, succeeded, failed, isOpen: () => open };
}

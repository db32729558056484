import type { Actor } from '@stromgraph/kernel/auth';

/** Refuses a session's tokens, a subject's tokens of earlier epochs, or, without either, all that is the subject's. */
export type Withdrawal = Readonly<{
  subjectId: string;
  sessionId: string | null;
  epochBelow: number | null;
  /** System time, milliseconds. */
  withdrawnAt: number;
}>;

export type Withdrawals = Readonly<{
  add: (withdrawals: readonly Withdrawal[]) => void;
  replace: (withdrawals: readonly Withdrawal[]) => void;
  concern: (actor: Actor) => boolean;
  size: () => number;
}>;

/** Longer than any token lives that was issued before: afterwards there is nothing left to refuse. */
export const KEPT_MS = 15 * 60_000;
const NEVER = -1;

type Entry = Readonly<{ epochBelow: number; until: number }>;

/** What is not to be believed any more at one tenant. */
export function makeWithdrawals(now: () => number = Date.now): Withdrawals {
  const entries = new Map<string, Entry>();

  function add(withdrawals: readonly Withdrawal[]): void {
    for (const { subjectId, sessionId, epochBelow, withdrawnAt } of withdrawals) {
      const key = sessionId === null ? subjectKey(subjectId) : sessionKey(sessionId);
      const known = entries.get(key);
      entries.delete(key); // so that the map stays in the order of their ends
      entries.set(key, {
        epochBelow: Math.max(known?.epochBelow ?? NEVER, sessionId === null ? (epochBelow ?? Infinity) : Infinity),
        until: Math.max(known?.until ?? 0, withdrawnAt + KEPT_MS),
      });
    }
    forget();
  }

  function forget(): void {
    const time = now();
    for (const [key, { until }] of entries) {
      if (until > time) return;
      entries.delete(key);
    }
  }

  return {
    add,
    replace(withdrawals) {
      entries.clear();
      add(withdrawals);
    },
    concern({ id, sessionId, accessEpoch }) {
      forget();
      if (sessionId !== undefined && entries.has(sessionKey(sessionId))) return true;
      const subject = entries.get(subjectKey(id));
      return subject !== undefined && (accessEpoch ?? NEVER) < subject.epochBelow;
    },
    size() {
      forget();
      return entries.size;
    },
  };
}

const subjectKey = (id: string) => `subject ${id}`;
const sessionKey = (id: string) => `session ${id}`;

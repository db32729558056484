import type { Refusal } from '../errors.ts';
import type { Limits } from './limits.ts';

/** What one principal has under way, and what it may still spend. */
export type Account = { running: number; balance: number; filledAt: number };

/** Of every principal: how much at once, how much per second, so that one that floods does not starve the others. */
export type Budgets = Readonly<{
  /** Takes a place, or says for how long there is none: asked before a body is even read. */
  enter: (principal: string) => Account | Refusal;
  /** Spending below zero is a debt: nothing more is taken until it is paid. */
  spend: (account: Account, cost: number) => void;
  leave: (account: Account) => void;
  /** Spends for work whose places are counted elsewhere, or says when it may be tried again. */
  charge: (principal: string, cost: number) => Refusal | null;
  principals: () => number;
  stop: () => void;
}>;

type Rule = Pick<Limits, 'concurrentOperations' | 'costPerSecond' | 'costBurst'>;

const SWEEP_MS = 10_000;

export function makeBudgets({ concurrentOperations, costPerSecond, costBurst }: Rule, now: () => number = performance.now.bind(performance)): Budgets {
  const accounts = new Map<string, Account>();
  const sweep = setInterval(forgetIdle, SWEEP_MS);
  sweep.unref();

  function enter(principal: string): Account | Refusal {
    const account = accountOf(principal);
    if (account.running >= concurrentOperations)
      return throttled('concurrentOperations', account.running + 1, concurrentOperations, 1);
    if (account.balance < 0) return inDebt(account);
    account.running++;
    return account;
  }

  function charge(principal: string, cost: number): Refusal | null {
    const account = accountOf(principal);
    if (account.balance < 0) return inDebt(account);
    account.balance -= cost;
    return null;
  }

  function inDebt({ balance }: Account): Refusal {
    return throttled('costPerSecond', costPerSecond - Math.floor(balance), costPerSecond, -balance / costPerSecond);
  }

  function accountOf(principal: string): Account {
    const known = accounts.get(principal);
    if (known) return fill(known);
    const account = { running: 0, balance: costBurst, filledAt: now() };
    accounts.set(principal, account);
    return account;
  }

  function fill(account: Account): Account {
    const at = now();
    account.balance = Math.min(costBurst, account.balance + ((at - account.filledAt) / 1_000) * costPerSecond);
    account.filledAt = at;
    return account;
  }

  function leave(account: Account): void {
    account.running--;
  }

  /** A full account says no more than none. */
  function forgetIdle(): void {
    for (const [principal, account] of accounts)
      if (account.running === 0 && fill(account).balance === costBurst) accounts.delete(principal);
  }

  return {
    enter,
    spend: (account, cost) => void (account.balance -= cost),
    leave,
    charge,
    principals: () => accounts.size,
    stop: () => clearInterval(sweep),
  };
}

const LONGEST_SECONDS = 3_600;

/** Too much of one client's, and when it may come again. */
export function throttled(limit: string, value: number, maximum: number, seconds: number): Refusal {
  const retryAfterSeconds = Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(seconds)));
  return {
    code: 'LIMIT_EXCEEDED',
    message: `The limit on ${limit} is ${maximum} for one client; try again in ${retryAfterSeconds} s.`,
    limit: { limit, value, maximum },
    retryAfterSeconds,
  };
}

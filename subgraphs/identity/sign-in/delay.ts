/** Failed sign-ins that count, and when the last of them was. */
export type Failures = Readonly<{ number: number; lastAt: Date | null }>;
export type Tries = Readonly<{
  /** Of the account since its last sign-in, at most a day back. */
  account: Failures;
  /** From the client's address within an hour. */
  address: Failures;
  /** Of the whole tenant within a quarter of an hour. */
  everywhere: number;
}>;

/** After so many failures an account's next try has to wait. */
const FREE_OF_ACCOUNT = 5;
const FREE_OF_ADDRESS = 30;
/** While so many fail in a tenant, somebody is guessing passwords across accounts: one failure is enough to wait. */
const MANY_EVERYWHERE = 500;
const FIRST_DELAY_SECONDS = 30;
/** The longest delay; an account that has come to it counts as locked. */
export const LOCK_SECONDS = 900;

/** Whole seconds until the next try is looked at; 0 when it may come now. */
export function secondsToWait({ account, address, everywhere }: Tries, now: Date): number {
  const freeOfAccount = everywhere >= MANY_EVERYWHERE ? 1 : FREE_OF_ACCOUNT;
  return Math.max(remaining(account, freeOfAccount, now), remaining(address, FREE_OF_ADDRESS, now));
}

/** What `failures` cost: nothing at first, then twice as long each time, up to the lock. */
export function delaySeconds(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(LOCK_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(failures - free, 20));
}

function remaining({ number, lastAt }: Failures, free: number, now: Date): number {
  if (!lastAt) return 0;
  const until = lastAt.getTime() + delaySeconds(number, free) * 1_000;
  return Math.max(0, Math.ceil((until - now.getTime()) / 1_000));
}

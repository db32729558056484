import type { Alert } from './alert.ts';

export type PageChange = 'RAISED' | 'CLEARED';
export type PageStatus = 'WAITING' | 'SENT' | 'DEAD';
/** A change of an alert as it is told to the pager. */
export type Page = Readonly<{ id: string; alertId: string; change: PageChange; status: PageStatus; attempts: number; error: string | null; madeAt: Date; settledAt: Date | null }>;
/** What the pager is told. */
export type Notice = Readonly<{ page: Page; alert: Alert; gridAreaCode: string | null; tenant: string }>;

/** Then it is given up: for about an hour and a half the pager did not take it. */
export const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
const MAX_ERROR = 500;

/** What an attempt makes of a page; `error` is null when the pager has taken it. */
export function afterAttempt({ attempts }: Pick<Page, 'attempts'>, error: string | null): Pick<Page, 'status' | 'attempts' | 'error'> {
  const tried = attempts + 1;
  if (error === null) return { status: 'SENT', attempts: tried, error: null };
  return { status: tried >= MAX_ATTEMPTS ? 'DEAD' : 'WAITING', attempts: tried, error: error.slice(0, MAX_ERROR) || 'no reason given' };
}

/** Business time between an attempt that failed and the next; `chance` from 0 to 1 spreads those of many pages. */
export const pauseAfter = (attempts: number, chance: number): number => Math.round(Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (0.75 + chance / 2));

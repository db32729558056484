import type { Cents } from '@stromgraph/kernel/money';
import type { Id } from '@stromgraph/kernel/ids';
import { addDays, addMonths, daysBetween, type LocalDate } from '@stromgraph/kernel/time';
import { fault, type InputFault, type Problem } from '@stromgraph/kernel/problem';
import type { Period } from '../invoicing/invoice.ts';

export type BillingRunKind = 'MONTHLY' | 'QUARTERLY' | 'YEARLY' | 'MOVE_OUT' | 'RE_RATING';
export type BillingRunStatus = 'RUNNING' | 'COMPLETED' | 'COMPLETED_WITH_FAILURES';
export type BillingFailureReason = 'READINGS_INCOMPLETE' | 'READINGS_HELD' | 'PRICE_MISSING' | 'ALREADY_BILLED' | 'NOT_SUPPLIED' | 'CONTRACT_UNKNOWN';

export type BillingRun = Readonly<{
  id: Id<'billing-run'>;
  kind: BillingRunKind;
  status: BillingRunStatus;
  period: Period;
  dryRun: boolean;
  total: number;
  done: number;
  invoicesCreated: number;
  failed: number;
  grossCents: Cents;
  startedAt: Date;
  finishedAt: Date | null;
}>;
export type BillingFailure = Readonly<{ contractId: Id<'contract'>; reason: BillingFailureReason; detail: string | null }>;

/** For those who want to know why there is no invoice: what a customer is told. */
export const FAILURE_TEXTS: Readonly<Record<BillingFailureReason, string>> = {
  READINGS_INCOMPLETE: 'For some days of this period we do not have all readings of your meter yet. You get your invoice as soon as they are there.',
  READINGS_HELD: 'Some readings of this period look unusual. We check them before we bill them, so that you pay for what you have used and no more.',
  PRICE_MISSING: 'The price of this period is not settled yet.',
  ALREADY_BILLED: 'There is an invoice for days of this period already.',
  NOT_SUPPLIED: 'We did not supply you in this period.',
  CONTRACT_UNKNOWN: 'This contract is not in billing yet.',
};

export type BillingRunInProgress = Problem<'BillingRunInProgress', { runId: string }>;
export type BillingRunNotFound = Problem<'BillingRunNotFound', { runId: string }>;

/** The kinds that bill by a contract's interval; the other two are for later. */
export const INTERVAL_OF: Readonly<Partial<Record<BillingRunKind, string>>> = { MONTHLY: 'MONTHLY', QUARTERLY: 'QUARTERLY', YEARLY: 'ANNUAL' };
const MONTHS: Readonly<Partial<Record<BillingRunKind, number>>> = { MONTHLY: 1, QUARTERLY: 3, YEARLY: 12 };

/** A run bills days that are over, from the first of a month, and no more of them than its kind has. */
export function faultsOfPeriod(kind: BillingRunKind, { from, until }: Period, today: LocalDate): InputFault[] {
  const months = MONTHS[kind];
  if (!months) return [fault('kind', `${kind} runs cannot be started yet`, Object.keys(MONTHS).join(', '))];
  const latest = addMonths(from, months);
  return [
    ...(until <= from ? [fault('until', `${until} is not after ${from}`, `${addDays(from, 1)} to ${latest}`)] : []),
    ...(until > latest ? [fault('until', `${daysBetween(from, until)} days are more than a ${kind} run bills`, `at most ${latest}`)] : []),
    ...(until > today ? [fault('until', `${until} is not over yet`, `at most ${today}`)] : []),
  ];
}

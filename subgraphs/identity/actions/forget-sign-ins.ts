import type { Tx } from '@stromgraph/kernel/database';
import { forgetFailures } from '../store/login-attempts.ts';
import { forgetSessions } from '../store/sessions.ts';
import { forgetWithdrawals } from '../store/withdrawals.ts';

/** How long it can still be seen when somebody was signed in. */
const SESSIONS_KEPT_MS = 90 * 86_400_000;

/** Deletes what nothing refers to any more: failures that no longer count, sessions long over, withdrawals of dead tokens. */
export async function forgetSignIns(tx: Tx, now = new Date()): Promise<void> {
  await forgetFailures(tx, now);
  await forgetWithdrawals(tx, now);
  await forgetSessions(tx, new Date(now.getTime() - SESSIONS_KEPT_MS));
}

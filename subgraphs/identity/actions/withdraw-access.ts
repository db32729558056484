import type { Tx } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import { AccessWithdrawn } from '@stromgraph/events/identity';
import type { AccessWithdrawal, WithdrawalReason } from '../access/withdrawal.ts';
import { beginEpoch } from '../store/users.ts';
import { insertWithdrawal } from '../store/withdrawals.ts';

/** Takes back the access tokens of one sign-in. */
export const withdrawSession = (tx: Tx, { userId, sessionId }: { userId: string; sessionId: string }, reason: WithdrawalReason, now: Date) =>
  withdraw(tx, { subjectKind: 'USER', subjectId: userId, sessionId, epochBelow: null, reason, withdrawnAt: now });

/** Takes back all access tokens that a user has so far; later ones are of the new epoch. */
export async function withdrawTokens(tx: Tx, userId: string, reason: WithdrawalReason, now: Date): Promise<void> {
  const epochBelow = await beginEpoch(tx, userId, now);
  await withdraw(tx, { subjectKind: 'USER', subjectId: userId, sessionId: null, epochBelow, reason, withdrawnAt: now });
}

export const withdrawApiKey = (tx: Tx, apiKeyId: string, now: Date) =>
  withdraw(tx, { subjectKind: 'API_KEY', subjectId: apiKeyId, sessionId: null, epochBelow: null, reason: 'KEY_REVOKED', withdrawnAt: now });

async function withdraw(tx: Tx, withdrawal: AccessWithdrawal): Promise<void> {
  await insertWithdrawal(tx, withdrawal);
  await publish(tx, AccessWithdrawn, {
    aggregateType: 'access', aggregateId: withdrawal.subjectId,
    data: { ...withdrawal, withdrawnAt: withdrawal.withdrawnAt.toISOString() },
  });
}

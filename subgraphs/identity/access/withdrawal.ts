export type WithdrawalReason = 'LOGOUT' | 'DISABLED' | 'ROLES_CHANGED' | 'TOKEN_REUSED' | 'KEY_REVOKED';

/** Whose credentials are not to be believed any more; see the event AccessWithdrawn. */
export type AccessWithdrawal = Readonly<{
  subjectKind: 'USER' | 'API_KEY';
  subjectId: string;
  sessionId: string | null;
  epochBelow: number | null;
  reason: WithdrawalReason;
  withdrawnAt: Date;
}>;

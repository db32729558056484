/** Two tabs, or a client that lost the answer, may present the same token within this time. */
export const REPEAT_MS = 10_000;
/** A session that nobody refreshes ends. */
export const IDLE_MS = 7 * 86_400_000;
/** A session ends at the latest then. */
export const SESSION_MS = 30 * 86_400_000;

export type PresentedToken = Readonly<{
  issuedAt: Date;
  usedAt: Date | null;
  /** Whether the token that took its place was used in turn. */
  successorUsed: boolean;
  session: Readonly<{ expiresAt: Date; endedAt: Date | null }>;
  userActive: boolean;
}>;

/** ROTATE: issue the successor. REPEAT: the same successor again. REUSED: end the session. ENDED: there is none. */
export type RefreshVerdict = 'ROTATE' | 'REPEAT' | 'REUSED' | 'ENDED';

export function judgeRefresh({ issuedAt, usedAt, successorUsed, session, userActive }: PresentedToken, now: Date): RefreshVerdict {
  if (session.endedAt || !userActive || now >= session.expiresAt) return 'ENDED';
  if (usedAt) return !successorUsed && now.getTime() - usedAt.getTime() <= REPEAT_MS ? 'REPEAT' : 'REUSED';
  return now.getTime() - issuedAt.getTime() > IDLE_MS ? 'ENDED' : 'ROTATE';
}

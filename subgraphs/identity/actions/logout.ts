import { transact } from '@stromgraph/kernel/database';
import type { IdentityDb } from '../context.ts';
import { hashOf } from '../sessions/refresh-token.ts';
import { endSession, endSessions, lockToken } from '../store/sessions.ts';
import { lockUser } from '../store/users.ts';
import { withdrawSession, withdrawTokens } from './withdraw-access.ts';

/** One session, named by its id or by its refresh token, or all of the user's. Somebody else's session is not touched. */
export const logout = (db: IdentityDb, userId: string, which: { sessionId: string | null; refreshToken: string | null; everywhere: boolean }): Promise<{ sessionsEnded: number }> =>
  transact(db, async (tx) => {
    const now = new Date();
    if (which.everywhere) {
      if (!(await lockUser(tx, userId))) return { sessionsEnded: 0 };
      const sessionsEnded = await endSessions(tx, userId, 'LOGOUT', now);
      await withdrawTokens(tx, userId, 'LOGOUT', now);
      return { sessionsEnded };
    }
    const sessionId = which.refreshToken === null ? which.sessionId : ((await lockToken(tx, hashOf(which.refreshToken)))?.sessionId ?? null);
    if (sessionId === null || !(await endSession(tx, { sessionId, userId }, 'LOGOUT', now))) return { sessionsEnded: 0 };
    await withdrawSession(tx, { userId, sessionId }, 'LOGOUT', now);
    return { sessionsEnded: 1 };
  });

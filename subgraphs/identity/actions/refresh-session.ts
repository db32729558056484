import { type Tx, transact } from '@stromgraph/kernel/database';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import type { SessionEnded } from '../access/user.ts';
import type { DomainContext } from '../context.ts';
import { judgeRefresh } from '../sessions/judge-refresh.ts';
import { hashOf, successorOf, tenantOf } from '../sessions/refresh-token.ts';
import { endSession, lockToken, rotateToken } from '../store/sessions.ts';
import { userById } from '../store/users.ts';
import type { SignedIn } from './login.ts';
import { mintAccessToken } from './mint-access-token.ts';
import { withdrawSession } from './withdraw-access.ts';

type Continued = Readonly<{ sessionId: string; userId: string; refreshToken: string }>;

const ended = (): SessionEnded => problem('SessionEnded', 'The session is over. Sign in again.');

export async function refreshSession({ runtime, keyring, requestId }: DomainContext, refreshToken: string): Promise<SignedIn | SessionEnded> {
  const db = runtime.tenants.get(tenantOf(refreshToken) ?? '')?.db.causedBy({ correlationId: requestId });
  if (!db) return ended();
  const { outcome } = await transact(db, async (tx) => ({ outcome: await continueSession(tx, keyring, refreshToken, new Date()) }));
  if (isProblem(outcome)) return outcome;
  const user = (await userById(db, outcome.userId))!;
  return { ...(await mintAccessToken(db, keyring, { user, sessionId: outcome.sessionId })), refreshToken: outcome.refreshToken, user };
}

/** Returns a problem wrapped by the caller: the end of a session that was refreshed twice must be committed. */
async function continueSession(tx: Tx, keyring: Keyring, token: string, now: Date): Promise<Continued | SessionEnded> {
  const hash = hashOf(token);
  const found = await lockToken(tx, hash);
  if (!found) return ended();
  const { sessionId, userId } = found;
  switch (judgeRefresh(found, now)) {
    case 'ENDED':
      return ended();
    case 'REUSED':
      await endSession(tx, found, 'TOKEN_REUSED', now);
      await withdrawSession(tx, found, 'TOKEN_REUSED', now);
      return ended();
    case 'REPEAT':
      return { sessionId, userId, refreshToken: successorOf(token, tx.tenant, keyring.keys.get(found.successorKeyVersion!)!) };
    case 'ROTATE': {
      const successor = successorOf(token, tx.tenant, keyring.keys.get(keyring.current)!);
      await rotateToken(tx, { sessionId, hash, successorHash: hashOf(successor), keyVersion: keyring.current, now });
      return { sessionId, userId, refreshToken: successor };
    }
  }
}

import { transact } from '@stromgraph/kernel/database';
import type { User, UserNotFound } from '../access/user.ts';
import type { IdentityDb } from '../context.ts';
import { endSessions } from '../store/sessions.ts';
import { lockUser, setActive, userById } from '../store/users.ts';
import { userNotFound } from './assign-roles.ts';
import { withdrawTokens } from './withdraw-access.ts';

/** Disabling somebody who is disabled changes nothing. */
export const disableUser = (db: IdentityDb, userId: string): Promise<User | UserNotFound> =>
  transact(db, async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user) return userNotFound(userId);
    if (!user.active) return user;
    const now = new Date();
    await setActive(tx, userId, false, now);
    await endSessions(tx, userId, 'DISABLED', now);
    await withdrawTokens(tx, userId, 'DISABLED', now);
    return (await userById(tx, userId))!;
  });

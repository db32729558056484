import { transact } from '@stromgraph/kernel/database';
import type { User, UserNotFound } from '../access/user.ts';
import type { IdentityDb } from '../context.ts';
import { lockUser, setActive, userById } from '../store/users.ts';
import { userNotFound } from './assign-roles.ts';

/** Also takes a lock off that failed sign-ins have put on. */
export const enableUser = (db: IdentityDb, userId: string): Promise<User | UserNotFound> =>
  transact(db, async (tx) => {
    if (!(await lockUser(tx, userId))) return userNotFound(userId);
    await setActive(tx, userId, true, new Date());
    return (await userById(tx, userId))!;
  });

import { transact } from '@stromgraph/kernel/database';
import { problem } from '@stromgraph/kernel/problem';
import type { RoleNotFound, User, UserNotFound } from '../access/user.ts';
import type { IdentityDb } from '../context.ts';
import { lockUser, missingRole, replaceRoles, userById } from '../store/users.ts';
import { roleNotFound } from './create-user.ts';
import { withdrawTokens } from './withdraw-access.ts';

export const assignRoles = (db: IdentityDb, userId: string, roles: readonly string[]): Promise<User | UserNotFound | RoleNotFound> =>
  transact(db, async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user) return userNotFound(userId);
    const missing = await missingRole(tx, user.kind, roles);
    if (missing !== null) return roleNotFound(missing);
    await replaceRoles(tx, user, roles);
    await withdrawTokens(tx, userId, 'ROLES_CHANGED', new Date());
    return (await userById(tx, userId))!;
  });

export const userNotFound = (userId: string): UserNotFound => problem('UserNotFound', `There is no user ${userId}.`, { userId });

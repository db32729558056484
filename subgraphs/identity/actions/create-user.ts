import { constraintOf, type Tx, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { problem } from '@stromgraph/kernel/problem';
import type { EmailTaken, RoleNotFound, User, UserKind } from '../access/user.ts';
import type { IdentityDb } from '../context.ts';
import { insertUser, missingRole, replaceRoles, userById } from '../store/users.ts';
import { hashPassword } from './check-password.ts';

export type NewUser = Readonly<{ email: string; name: string; password: string; roles: readonly string[]; customerId: string | null }>;

export async function createUser(db: IdentityDb, { email, name, password, roles, customerId }: NewUser): Promise<User | EmailTaken | RoleNotFound> {
  const passwordHash = await hashPassword(password); // outside: it takes long, and no transaction may
  const kind: UserKind = customerId === null ? 'STAFF' : 'CUSTOMER';
  try {
    return await transact(db, (tx) => insert(tx, { id: newId<'user'>(), kind, email, name, customerId, passwordHash }, roles));
  } catch (error) {
    if (constraintOf(error)?.name === 'user_by_email') return problem('EmailTaken', `A user with the e-mail address ${email} exists.`, { email });
    throw error;
  }
}

async function insert(tx: Tx, user: Parameters<typeof insertUser>[1], roles: readonly string[]): Promise<User | RoleNotFound> {
  const missing = await missingRole(tx, user.kind, roles);
  if (missing !== null) return roleNotFound(missing);
  await insertUser(tx, user, new Date());
  await replaceRoles(tx, user, roles);
  return (await userById(tx, user.id))!;
}

export const roleNotFound = (role: string): RoleNotFound => problem('RoleNotFound', `There is no role ${role} for this kind of user.`, { role });

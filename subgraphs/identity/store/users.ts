import type { Db, Queryable, Tx } from '@stromgraph/kernel/database';
import type { PrismaClient } from '@stromgraph/prisma-identity/client';
import type { User, UserKind } from '../access/user.ts';

const withRoles = { roles: { include: { role: { include: { scopes: true } } }, orderBy: { roleName: 'asc' } } } as const;

type UserRow = Readonly<{ id: string; kind: string; name: string; email: string; active: boolean; customer_id: string | null; access_epoch: number; roles: string[]; scopes: string[] }>;

/** One statement, also for a customer's own session: row-level security decides which users and roles exist for it. */
const SELECT_USERS = `
  SELECT u.id, u.kind, u.name, u.email, u.active, u.customer_id, u.access_epoch,
         ARRAY(SELECT r.role FROM identity.user_role r WHERE r.user_id = u.id ORDER BY r.role) AS roles,
         ARRAY(SELECT DISTINCT s.scope FROM identity.user_role r JOIN identity.role_scope s USING (role) WHERE r.user_id = u.id ORDER BY s.scope) AS scopes
  FROM identity."user" u`;

export const usersById = async (db: Queryable, ids: readonly string[]): Promise<User[]> => (await db.query<UserRow>(`${SELECT_USERS} WHERE u.id = ANY ($1::uuid[])`, [ids])).rows.map(toUser);

export const userById = async (db: Queryable, id: string): Promise<User | null> => (await usersById(db, [id]))[0] ?? null;

/** Users after an e-mail address, in the order of addresses. */
export async function usersAfter(db: Db<PrismaClient>, after: string | null, limit: number): Promise<User[]> {
  const rows = await db.prisma.user.findMany({ where: after === null ? {} : { email: { gt: after } }, orderBy: { email: 'asc' }, take: limit, include: withRoles });
  return rows.map(({ roles, ...row }) => ({
    ...row,
    kind: row.kind as UserKind,
    roles: roles.map(({ roleName }) => roleName),
    scopes: [...new Set(roles.flatMap(({ role }) => role.scopes.map(({ scopeName }) => scopeName)))].sort(),
  }));
}

/** What a sign-in needs to know; the same statement, whether or not the address is anybody's. */
export async function findSignIn(db: Queryable, email: string): Promise<{ userId: string; hash: string; active: boolean } | null> {
  const [row] = await db.sql<{ id: string; hash: string; active: boolean }>`
    SELECT u.id, p.hash, u.active FROM identity."user" u JOIN identity.password p ON p.user_id = u.id WHERE lower(u.email) = ${email}`;
  return row ? { userId: row.id, hash: row.hash, active: row.active } : null;
}

export async function insertUser(tx: Tx, user: { id: string; kind: UserKind; email: string; name: string; customerId: string | null; passwordHash: string }, now: Date): Promise<void> {
  await tx.sql`
    INSERT INTO identity."user" (id, kind, email, name, customer_id, created_at, updated_at)
    VALUES (${user.id}, ${user.kind}, ${user.email}, ${user.name}, ${user.customerId}, ${now}, ${now})`;
  await tx.sql`INSERT INTO identity.password VALUES (${user.id}, ${user.passwordHash}, ${now})`;
}

/** The first of the roles that this kind of user cannot have; null when all exist. */
export async function missingRole(tx: Tx, kind: UserKind, roles: readonly string[]): Promise<string | null> {
  const known = await tx.sql<{ name: string }>`SELECT name FROM identity.role WHERE kind = ${kind} AND name = ANY (${roles}::text[])`;
  return roles.find((role) => !known.some(({ name }) => name === role)) ?? null;
}

export async function replaceRoles(tx: Tx, user: { id: string; kind: UserKind }, roles: readonly string[]): Promise<void> {
  await tx.sql`DELETE FROM identity.user_role WHERE user_id = ${user.id} AND NOT role = ANY (${roles}::text[])`;
  await tx.sql`
    INSERT INTO identity.user_role (user_id, kind, role) SELECT ${user.id}::uuid, ${user.kind}, unnest(${roles}::text[]) ON CONFLICT DO NOTHING`;
}

/** Holds the user until the transaction ends; null when there is none. */
export async function lockUser(tx: Tx, id: string): Promise<User | null> {
  await tx.sql`SELECT 1 FROM identity."user" WHERE id = ${id} FOR UPDATE`;
  return userById(tx, id);
}

/** All access tokens issued so far belong to an earlier epoch from now on; answers the new one. */
export async function beginEpoch(tx: Tx, userId: string, now: Date): Promise<number> {
  const [row] = await tx.sql<{ access_epoch: number }>`
    UPDATE identity."user" SET access_epoch = access_epoch + 1, updated_at = ${now} WHERE id = ${userId} RETURNING access_epoch`;
  return row!.access_epoch;
}

export const setActive = (tx: Tx, userId: string, active: boolean, now: Date) =>
  tx.sql`UPDATE identity."user" SET active = ${active}, locked_until = NULL, updated_at = ${now} WHERE id = ${userId}`;

export const noteSignIn = (tx: Tx, userId: string, now: Date) => tx.sql`UPDATE identity."user" SET last_sign_in_at = ${now}, locked_until = NULL WHERE id = ${userId}`;

export const lockAccount = (tx: Tx, email: string, until: Date) => tx.sql`UPDATE identity."user" SET locked_until = ${until} WHERE lower(email) = ${email}`;

const toUser = (row: UserRow): User => ({
  id: row.id, kind: row.kind as UserKind, name: row.name, email: row.email, active: row.active,
  customerId: row.customer_id, accessEpoch: row.access_epoch, roles: row.roles, scopes: row.scopes,
});

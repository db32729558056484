import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { ApiKey } from '../access/api-key.ts';

type Row = Readonly<{
  id: string; name: string; prefix: string; channel: string | null; service: string | null;
  scopes: string[]; created_at: Date; expires_at: Date; revoked_at: Date | null;
}>;

const SELECT_KEYS = `
  SELECT k.id, k.name, k.prefix, k.channel, a.name AS service, k.created_at, k.expires_at, k.revoked_at,
         ARRAY(SELECT s.scope FROM identity.api_key_scope s WHERE s.api_key_id = k.id ORDER BY s.scope) AS scopes
  FROM identity.api_key k LEFT JOIN identity.service_account a ON a.id = k.service_account_id`;

export async function apiKeyByHash(db: Queryable, hash: Buffer): Promise<ApiKey | null> {
  const { rows } = await db.query<Row>(`${SELECT_KEYS} WHERE k.hash = $1`, [hash]);
  return rows[0] ? toApiKey(rows[0]) : null;
}

export async function apiKeysById(db: Queryable, ids: readonly string[]): Promise<ApiKey[]> {
  return (await db.query<Row>(`${SELECT_KEYS} WHERE k.id = ANY ($1::uuid[])`, [ids])).rows.map(toApiKey);
}

/** Keys older than the one with the id `before`; ids rise with time. */
export async function apiKeysBefore(db: Queryable, before: string | null, limit: number): Promise<ApiKey[]> {
  return (await db.query<Row>(`${SELECT_KEYS} WHERE $1::uuid IS NULL OR k.id < $1 ORDER BY k.id DESC LIMIT $2`, [before, limit])).rows.map(toApiKey);
}

export type NewApiKey = Readonly<{ id: string; name: string; prefix: string; hash: Buffer; channel: string | null; serviceAccountId: string | null; createdBy: string | null; expiresAt: Date; scopes: readonly string[] }>;

export async function insertApiKey(tx: Tx, key: NewApiKey, now: Date): Promise<void> {
  await tx.sql`
    INSERT INTO identity.api_key (id, name, prefix, hash, channel, service_account_id, created_at, created_by, expires_at)
    VALUES (${key.id}, ${key.name}, ${key.prefix}, ${key.hash}, ${key.channel}, ${key.serviceAccountId}, ${now}, ${key.createdBy}, ${key.expiresAt})`;
  await tx.sql`INSERT INTO identity.api_key_scope (api_key_id, scope) SELECT ${key.id}::uuid, unnest(${key.scopes}::text[])`;
}

/** The account of that name, made now unless there is one; `id` is the new one's. */
export async function serviceAccountOf(tx: Tx, name: string, id: string, now: Date): Promise<string> {
  await tx.sql`INSERT INTO identity.service_account VALUES (${id}, ${name}, ${now}) ON CONFLICT (name) DO NOTHING`;
  const [row] = await tx.sql<{ id: string }>`SELECT id FROM identity.service_account WHERE name = ${name}`;
  return row!.id;
}

export async function missingScope(tx: Tx, scopes: readonly string[]): Promise<string | null> {
  const known = await tx.sql<{ name: string }>`SELECT name FROM identity.scope WHERE name = ANY (${scopes}::text[])`;
  return scopes.find((scope) => !known.some(({ name }) => name === scope)) ?? null;
}

/** Answers whether the key was in use until now. */
export async function revokeKey(tx: Tx, id: string, now: Date): Promise<boolean> {
  return (await tx.sql`UPDATE identity.api_key SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL RETURNING 1`).length > 0;
}

const toApiKey = (row: Row): ApiKey => ({
  id: row.id, name: row.name, prefix: row.prefix, channel: row.channel, service: row.service,
  scopes: row.scopes, createdAt: row.created_at, expiresAt: row.expires_at, revokedAt: row.revoked_at,
});

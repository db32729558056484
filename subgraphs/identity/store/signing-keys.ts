import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { KeyAge, KeyStatus } from '../keys/rotation.ts';

export type PublicKey = Readonly<{ kty: string; crv: string; x: string; kid: string; alg: string; use: string }>;
export type SigningKey = KeyAge & Readonly<{ publicKey: PublicKey; sealedPrivateKey: Buffer | null; keyVersion: number }>;
type Row = Readonly<{ id: string; status: string; public_key: PublicKey; sealed_private_key: Buffer | null; key_version: number; created_at: Date; retired_at: Date | null }>;

export const signingKeys = async (db: Queryable): Promise<SigningKey[]> => (await db.sql<Row>`SELECT * FROM identity.signing_key ORDER BY created_at, id`).map(toSigningKey);

export async function currentKey(db: Queryable): Promise<SigningKey | null> {
  const [row] = await db.sql<Row>`SELECT * FROM identity.signing_key WHERE status = 'CURRENT'`;
  return row ? toSigningKey(row) : null;
}

/** One rotation at a time. */
export const holdSigningKeys = (tx: Tx) => tx.sql`SELECT pg_advisory_xact_lock(hashtextextended('identity.signing_key', 1))`;

export const insertSigningKey = (tx: Tx, { id, status, publicKey, sealedPrivateKey, keyVersion }: Pick<SigningKey, 'id' | 'status' | 'publicKey' | 'sealedPrivateKey' | 'keyVersion'>, now: Date) => tx.sql`
  INSERT INTO identity.signing_key (id, status, public_key, sealed_private_key, key_version, created_at, current_at)
  VALUES (${id}, ${status}, ${JSON.stringify(publicKey)}, ${sealedPrivateKey}, ${keyVersion}, ${now}, ${status === 'CURRENT' ? now : null})`;

/** The current key can sign no more, its private part is gone; the next one takes over. */
export async function promoteNextKey(tx: Tx, now: Date): Promise<void> {
  await tx.sql`UPDATE identity.signing_key SET status = 'RETIRED', retired_at = ${now}, sealed_private_key = NULL WHERE status = 'CURRENT'`;
  await tx.sql`UPDATE identity.signing_key SET status = 'CURRENT', current_at = ${now} WHERE status = 'NEXT'`;
}

export const deleteSigningKeys = (tx: Tx, ids: readonly string[]) => tx.sql`DELETE FROM identity.signing_key WHERE id = ANY (${ids}::text[]) AND status = 'RETIRED'`;

const toSigningKey = (row: Row): SigningKey => ({
  id: row.id, status: row.status as KeyStatus, publicKey: row.public_key, sealedPrivateKey: row.sealed_private_key,
  keyVersion: row.key_version, createdAt: row.created_at, retiredAt: row.retired_at,
});

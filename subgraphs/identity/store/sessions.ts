import type { Tx } from '@stromgraph/kernel/database';
import type { PresentedToken } from '../sessions/judge-refresh.ts';

export async function insertSession(tx: Tx, session: { id: string; userId: string; startedAt: Date; expiresAt: Date }, tokenHash: Buffer): Promise<void> {
  await tx.sql`INSERT INTO identity.session (id, user_id, started_at, expires_at) VALUES (${session.id}, ${session.userId}, ${session.startedAt}, ${session.expiresAt})`;
  await tx.sql`INSERT INTO identity.refresh_token (hash, session_id, issued_at) VALUES (${tokenHash}, ${session.id}, ${session.startedAt})`;
}

type Row = Readonly<{
  session_id: string; user_id: string; active: boolean; expires_at: Date; ended_at: Date | null;
  issued_at: Date; used_at: Date | null; successor_key_version: number | null; successor_used: boolean;
}>;
export type FoundToken = PresentedToken & Readonly<{ sessionId: string; userId: string; successorKeyVersion: number | null }>;

/** The token with its session, which stays locked until the transaction ends: refreshes of one session happen one by one. */
export async function lockToken(tx: Tx, hash: Buffer): Promise<FoundToken | null> {
  await tx.sql`SELECT 1 FROM identity.session s JOIN identity.refresh_token t ON t.session_id = s.id WHERE t.hash = ${hash} FOR UPDATE OF s`;
  const [row] = await tx.sql<Row>`
    SELECT t.session_id, s.user_id, u.active, s.expires_at, s.ended_at, t.issued_at, t.used_at, t.successor_key_version, next.used_at IS NOT NULL AS successor_used
    FROM identity.refresh_token t JOIN identity.session s ON s.id = t.session_id JOIN identity."user" u ON u.id = s.user_id
    LEFT JOIN identity.refresh_token next ON next.hash = t.successor_hash
    WHERE t.hash = ${hash}`;
  if (!row) return null;
  return {
    sessionId: row.session_id, userId: row.user_id, userActive: row.active, issuedAt: row.issued_at, usedAt: row.used_at,
    successorUsed: row.successor_used, successorKeyVersion: row.successor_key_version, session: { expiresAt: row.expires_at, endedAt: row.ended_at },
  };
}

export async function rotateToken(tx: Tx, { sessionId, hash, successorHash, keyVersion, now }: { sessionId: string; hash: Buffer; successorHash: Buffer; keyVersion: number; now: Date }): Promise<void> {
  await tx.sql`UPDATE identity.refresh_token SET used_at = ${now}, successor_hash = ${successorHash}, successor_key_version = ${keyVersion} WHERE hash = ${hash}`;
  await tx.sql`INSERT INTO identity.refresh_token (hash, session_id, issued_at) VALUES (${successorHash}, ${sessionId}, ${now})`;
}

export type EndReason = 'LOGOUT' | 'DISABLED' | 'TOKEN_REUSED';

/** Ends one session if it is the user's and still goes on; answers whether it did. */
export async function endSession(tx: Tx, { sessionId, userId }: { sessionId: string; userId: string }, reason: EndReason, now: Date): Promise<boolean> {
  const rows = await tx.sql`UPDATE identity.session SET ended_at = ${now}, end_reason = ${reason} WHERE id = ${sessionId} AND user_id = ${userId} AND ended_at IS NULL RETURNING 1`;
  return rows.length > 0;
}

export async function endSessions(tx: Tx, userId: string, reason: EndReason, now: Date): Promise<number> {
  const rows = await tx.sql`UPDATE identity.session SET ended_at = ${now}, end_reason = ${reason} WHERE user_id = ${userId} AND ended_at IS NULL AND expires_at > ${now} RETURNING 1`;
  return rows.length;
}

/** Sessions that were over before `before`, with their tokens. */
export const forgetSessions = (tx: Tx, before: Date) => tx.sql`DELETE FROM identity.session WHERE coalesce(ended_at, expires_at) < ${before}`;

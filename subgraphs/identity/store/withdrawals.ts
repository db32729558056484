import type { Queryable, Tx } from '@stromgraph/kernel/database';
import type { AccessWithdrawal, WithdrawalReason } from '../access/withdrawal.ts';
import { ACCESS_TOKEN_SECONDS } from '../sessions/access-token.ts';

/** Longer than any token that was issued before a withdrawal can live; API keys are asked for anew within minutes. */
const KEPT_MS = 2 * ACCESS_TOKEN_SECONDS * 1_000;

type Row = Readonly<{ subject_kind: string; subject_id: string; session_id: string | null; epoch_below: number | null; reason: string; withdrawn_at: Date }>;

export const insertWithdrawal = (tx: Tx, { subjectKind, subjectId, sessionId, epochBelow, reason, withdrawnAt }: AccessWithdrawal) => tx.sql`
  INSERT INTO identity.access_withdrawal (subject_kind, subject_id, session_id, epoch_below, reason, withdrawn_at)
  VALUES (${subjectKind}, ${subjectId}, ${sessionId}, ${epochBelow}, ${reason}, ${withdrawnAt})`;

export async function recentWithdrawals(db: Queryable, now: Date): Promise<AccessWithdrawal[]> {
  const rows = await db.sql<Row>`SELECT * FROM identity.access_withdrawal WHERE withdrawn_at > ${new Date(now.getTime() - KEPT_MS)} ORDER BY id`;
  return rows.map((row) => ({
    subjectKind: row.subject_kind as AccessWithdrawal['subjectKind'], subjectId: row.subject_id, sessionId: row.session_id,
    epochBelow: row.epoch_below, reason: row.reason as WithdrawalReason, withdrawnAt: row.withdrawn_at,
  }));
}

export const forgetWithdrawals = (tx: Tx, now: Date) => tx.sql`DELETE FROM identity.access_withdrawal WHERE withdrawn_at < ${new Date(now.getTime() - KEPT_MS)}`;

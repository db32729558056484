// How far the data service has been read, and when it may be asked again.
import type { Queryable, Tx } from '@stromgraph/kernel/database';

export type PublicationCursor = Readonly<{ position: bigint; failures: number; failingSince: Date | null; retryAt: Date | null }>;

export async function readCursor(db: Queryable): Promise<PublicationCursor> {
  const [row] = await db.sql<{ position: bigint; failures: number; failing_since: Date | null; retry_at: Date | null }>`
    SELECT position, failures, failing_since, retry_at FROM energy.publication_cursor WHERE source = 'ENET'`;
  return { position: row!.position, failures: row!.failures, failingSince: row!.failing_since, retryAt: row!.retry_at };
}

/** The cursor only goes forward: of two readers the slower one changes nothing. */
export async function moveCursor(tx: Tx, position: bigint, at: Date): Promise<void> {
  await tx.sql`UPDATE energy.publication_cursor SET position = ${position}, polled_at = ${at} WHERE source = 'ENET' AND position < ${position}`;
}

export async function noteSuccess(tx: Tx, at: Date): Promise<void> {
  await tx.sql`UPDATE energy.publication_cursor SET failures = 0, failing_since = NULL, retry_at = NULL, last_error = NULL, polled_at = ${at} WHERE source = 'ENET'`;
}

export async function noteFailure(tx: Tx, { at, retryAt, error }: { at: Date; retryAt: Date; error: string }): Promise<void> {
  await tx.sql`
    UPDATE energy.publication_cursor
      SET failures = failures + 1, failing_since = coalesce(failing_since, ${at}), retry_at = ${retryAt}, last_error = ${error}
    WHERE source = 'ENET'`;
}

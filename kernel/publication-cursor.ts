// How far a data service has been read, and when it may be asked again: a row of the domain's `publication_cursor` per source.
import type { Db, Tx } from './database.ts';

export type PublicationCursor = Readonly<{ position: bigint; failures: number; failingSince: Date | null; retryAt: Date | null }>;

export async function readCursor(db: Db<any>, source: string): Promise<PublicationCursor> {
  const { rows } = await db.query<{ position: bigint; failures: number; failing_since: Date | null; retry_at: Date | null }>(
    `SELECT position, failures, failing_since, retry_at FROM ${db.domain}.publication_cursor WHERE source = $1`,
    [source],
  );
  const [row] = rows;
  if (!row) throw new Error(`${db.domain} has no cursor for ${source}.`);
  return { position: row.position, failures: row.failures, failingSince: row.failing_since, retryAt: row.retry_at };
}

/** The cursor only goes forward: of two readers the slower one changes nothing. */
export async function moveCursor(tx: Tx, source: string, position: bigint, at: Date): Promise<void> {
  await tx.query(`UPDATE ${tx.domain}.publication_cursor SET position = $2, polled_at = $3 WHERE source = $1 AND position < $2`, [source, position, at]);
}

export async function noteSuccess(tx: Tx, source: string, at: Date): Promise<void> {
  await tx.query(
    `UPDATE ${tx.domain}.publication_cursor SET failures = 0, failing_since = NULL, retry_at = NULL, last_error = NULL, polled_at = $2 WHERE source = $1`,
    [source, at],
  );
}

export async function noteFailure(tx: Tx, source: string, { at, retryAt, error }: { at: Date; retryAt: Date; error: string }): Promise<void> {
  await tx.query(
    `UPDATE ${tx.domain}.publication_cursor SET failures = failures + 1, failing_since = coalesce(failing_since, $2), retry_at = $3, last_error = $4 WHERE source = $1`,
    [source, at, retryAt, error],
  );
}

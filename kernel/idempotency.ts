import { createHash } from 'node:crypto';
import { together, type Tx } from './database.ts';
import { isProblem, problem, type Problem } from './problem.ts';

export type IdempotencyKeyReused = Problem<'IdempotencyKeyReused', { idempotencyKey: string }>;
export type Once<T> = Readonly<{ response: T; replayed: boolean }>;

/**
 * Does a keyed command once: the same key with the same body gets the first answer again, with another body the problem
 * IdempotencyKeyReused. Problems are not remembered: what failed may be asked again. The answer must be plain JSON.
 */
export async function once<T>(
  tx: Tx,
  { key, operation, actor, body }: { key: string; operation: string; actor: string; body: unknown },
  work: () => Promise<T>,
): Promise<Once<Exclude<T, { problem: string }>> | Extract<T, { problem: string }> | IdempotencyKeyReused> {
  // The lock makes a parallel repeat wait for the first; it ends with the transaction.
  const [, { rows: [known] }] = await together(
    tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify([tx.domain, operation, actor, key])]),
    tx.query<{ fingerprint: Buffer; response: T }>(`SELECT fingerprint, response FROM ${tx.domain}.idempotency WHERE operation = $1 AND actor = $2 AND key = $3`, [operation, actor, key]),
  );
  const fingerprint = createHash('sha256').update(canonical(body)).digest();
  if (known && !known.fingerprint.equals(fingerprint))
    return problem('IdempotencyKeyReused', `The key ${key} was used before with another content.`, { idempotencyKey: key });
  if (known) return { response: known.response as never, replayed: true };
  const response = await work();
  if (isProblem(response)) return response as never;
  await tx.query(`INSERT INTO ${tx.domain}.idempotency VALUES ($1, $2, $3, $4, $5, platform.business_now())`, [operation, actor, key, fingerprint, JSON.stringify(response)]);
  return { response: response as never, replayed: false };
}

/** The same text for the same content, whatever the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).filter(([, part]) => part !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

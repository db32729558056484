import { createHash } from 'node:crypto';
import { requireActor } from '@stromgraph/kernel/auth';
import type { IdempotencyKeyReused } from '@stromgraph/kernel/idempotency';
import { fault, invalid, type InputInvalid, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { type Batch, batchById, fileOfKey } from '../store/batches.ts';
import { type FileUnusable, ingestFile, keyInUse, type KeyInUse } from './ingest-file.ts';

const reused = (key: string): IdempotencyKeyReused =>
  problem('IdempotencyKeyReused', `The key ${key} was used before with another content.`, { idempotencyKey: key });

/**
 * Takes a file, once per key: of a file whose key is known nothing is stored. It is read to its end for its digest alone; the same
 * content gets the first answer again, another the problem IdempotencyKeyReused. A file that broke off has let go of its key.
 */
export async function takeFile(
  ctx: DomainContext,
  body: AsyncIterable<Uint8Array>,
  key: string | undefined,
): Promise<Batch | FileUnusable | IdempotencyKeyReused | KeyInUse | InputInvalid> {
  if (key === undefined) return ingestFile(ctx, body, null);
  if (key.length < 1 || key.length > 255) return invalid([fault('Idempotency-Key', 'has a bad length', '1 to 255 characters')]);
  const holder = requireActor(ctx.actor).id;
  const known = await fileOfKey(ctx.db, { holder, key });
  if (known === 'VALUES') return reused(key);
  if (known === null || known.abandoned) return ingestFile(ctx, body, { holder, key });
  if (known.state === 'STORING') return keyInUse(key, known.batchId);
  const digest = createHash('sha256');
  for await (const chunk of body) digest.update(chunk);
  return known.digest?.equals(digest.digest()) ? (await batchById(ctx.db, known.batchId))! : reused(key);
}

import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { newId } from '@stromgraph/kernel/ids';
import { fault, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfValues, type GivenValues, rowsOf } from '../intervals/given.ts';
import { type BatchSource, closeBatch, fileOfKey, openBatch } from '../store/batches.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { ensurePartitions } from './ensure-partitions.ts';
import { storeValues } from './store-values.ts';

/** Takes up to 10,000 values in one transaction: what is right is stored, what is not is refused row by row. */
export async function ingestReadings(
  ctx: DomainContext,
  { idempotencyKey, ...values }: GivenValues & { idempotencyKey: string },
  source: BatchSource,
) {
  const { db, log } = ctx;
  const { id: actorId, name } = requireActor(ctx.actor);
  if (idempotencyKey.length < 1 || idempotencyKey.length > 255)
    return invalid([fault('idempotencyKey', 'has a bad length', '1 to 255 characters')]);
  const faults = faultsOfValues(values);
  if (faults.length > 0) return invalid(faults);
  const now = await ctx.now();
  await ensurePartitions(db, now);
  const outcome = await transact(db, async (tx) =>
    once(tx, { key: idempotencyKey, operation: 'ingestReadings', actor: actorId, body: values }, async () => {
      if (await fileOfKey(tx, { holder: actorId, key: idempotencyKey }))
        return problem('IdempotencyKeyReused', `The key ${idempotencyKey} was used before with another content.`, { idempotencyKey });
      const batchId = newId<'batch'>();
      await openBatch(tx, { id: batchId, source, actor: name, receivedAt: now });
      await storeValues(tx, rowsOf(values), { batchId, now, by: name });
      await closeBatch(tx, batchId, 'COMPLETE');
      await planAnnouncement(tx, batchId, now);
      return { batchId };
    }),
  );
  if (isProblem(outcome)) return outcome;
  const { batchId } = outcome.response;
  await announceBatch(db, batchId).catch((error: unknown) =>
    log.warn({ err: error, batchId }, 'the values are stored; hearers are told later'),
  );
  return { batchId };
}

import { requireActor } from '@stromgraph/kernel/auth';
import { planningOnce, transact, type Tx } from '@stromgraph/kernel/database';
import { once } from '@stromgraph/kernel/idempotency';
import { newId } from '@stromgraph/kernel/ids';
import { fault, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { faultsOfValues, type GivenValues, rowsOf } from '../intervals/given.ts';
import { type BatchSource, closeBatch, openKeyedBatch } from '../store/batches.ts';
import { ruleBook } from '../store/findings.ts';
import { announceBatch, planAnnouncement } from './announce-batch.ts';
import { ensurePartitions } from './ensure-partitions.ts';
import { storeValues } from './store-values.ts';
import { tellStored } from './tell-stored.ts';

/** Takes up to 10,000 values in one transaction: what is right is stored and told of, what is not is refused row by row. */
export async function ingestReadings(ctx: DomainContext, { idempotencyKey, ...values }: GivenValues & { idempotencyKey: string }, source: BatchSource) {
  if (idempotencyKey.length < 1 || idempotencyKey.length > 255) return invalid([fault('idempotencyKey', 'has a bad length', '1 to 255 characters')]);
  const faults = faultsOfValues(values);
  if (faults.length > 0) return invalid(faults);
  return takeValues(ctx, { idempotencyKey, ...values }, source);
}

/** The same for values whose number somebody else answers for. */
export async function takeValues(ctx: DomainContext, { idempotencyKey, ...values }: GivenValues & { idempotencyKey: string }, source: BatchSource) {
  const { db, log } = ctx;
  const { id: holder, name: by } = requireActor(ctx.actor);
  const now = await ctx.now();
  await ensurePartitions(db, now);
  const body = contentOf(values); // before the transaction, which may last two seconds
  const outcome = await transact(db, async (plain) => {
    const tx = planningOnce(plain);
    return once(tx, { key: idempotencyKey, operation: 'ingestReadings', actor: holder, body }, async () => {
      const batchId = newId<'batch'>();
      if (!(await openKeyedBatch(tx, { id: batchId, source, actor: by, receivedAt: now }, { holder, key: idempotencyKey })))
        return problem('IdempotencyKeyReused', `The key ${idempotencyKey} was used before with another content.`, { idempotencyKey });
      return { batchId, isTold: await storeAndTell(tx, values, { batchId, now, by }) };
    });
  });
  if (isProblem(outcome)) return outcome;
  const { batchId, isTold } = outcome.response;
  if (!isTold)
    await announceBatch(db, batchId).catch((error: unknown) => log.warn({ err: error, batchId }, 'the values are stored; hearers are told later'));
  return { batchId };
}

/** Whether the batch is told of, too: not where it touches so many days that telling needs transactions of its own. */
async function storeAndTell(tx: Tx, values: GivenValues, { batchId, now, by }: { batchId: string; now: Date; by: string }): Promise<boolean> {
  const about = { batchId, now, by, book: await ruleBook(tx) };
  const stored = await storeValues(tx, rowsOf(values, about.book), about);
  await closeBatch(tx, batchId, 'COMPLETE', { counts: stored.counts });
  const isTold = await tellStored(tx, stored, about);
  if (!isTold) await planAnnouncement(tx, batchId, now);
  return isTold;
}

/** What tells one content from another; lists as texts are much less to go through. */
const contentOf = ({ intervals, registers }: GivenValues) => ({
  intervals: intervals.map((series) => ({ ...series, wattHours: series.wattHours.join() })),
  registers: registers.map(({ wattHours, ...read }) => JSON.stringify([String(wattHours), read.meterNumber, read.obis, read.readAt, read.quality, read.source, read.reason, read.method])),
});

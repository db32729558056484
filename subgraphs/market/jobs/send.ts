import { newId } from '@stromgraph/kernel/ids';
import { addJobs, queue, work, type Working } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import { z } from 'zod';
import { sendBatch } from '../actions/send-batch.ts';
import { takeDue } from '../actions/take-due.ts';
import { giveBack } from '../store/sending.ts';
import type { MarketRuntime } from '../runtime.ts';

/** Messages per job: small, so that a crash leaves few claims to run out. */
const BATCH = 50;
const CONCURRENCY = 2;

const Batch = z.strictObject({ batchId: z.uuid(), messageIds: z.array(z.uuid()).min(1).max(BATCH) });
export const sendQueue = queue('market.send-messages', Batch, ({ batchId }) => batchId);

export const startSendWorker = (runtime: MarketRuntime, url: string): Promise<Working> =>
  work(runtime, sendQueue, CONCURRENCY, ({ db }, { messageIds }, { correlationId }) =>
    sendBatch({ db: db.causedBy({ correlationId }), keyring: runtime.keyring, url, chance: Math.random }, messageIds),
  );

/**
 * Hands what is due to the queue, in batches; answers whether more is due. The rows say that they are handed over, so
 * that a second wake-up does not do it again.
 */
export async function handOver(runtime: MarketRuntime, tenant: Tenant<any>): Promise<boolean> {
  const { ids, more } = await takeDue(tenant.db);
  const batches = Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, index) => ({ batchId: newId(), messageIds: ids.slice(index * BATCH, (index + 1) * BATCH) }));
  try {
    if (batches.length > 0) await addJobs(runtime, tenant, sendQueue, batches);
  } catch (error) {
    await giveBack(tenant.db, ids).catch(() => {}); // the hand-over runs out all the same
    throw error;
  }
  return more;
}

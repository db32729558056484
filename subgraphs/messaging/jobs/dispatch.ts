import { newId } from '@stromgraph/kernel/ids';
import { addJobs, queue, work, type Working } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import { z } from 'zod';
import { sendRun } from '../actions/send-run.ts';
import { takeDue } from '../actions/take-due.ts';
import type { Mailer } from '../clients/smtp.ts';
import type { Sender } from '../channels/mail-header.ts';
import type { MessagingRuntime } from '../runtime.ts';

/** Messages per job. */
const BATCH = 50;
const CONCURRENCY = 2;

const Batch = z.strictObject({ batchId: z.uuid(), messageIds: z.array(z.uuid()).min(1).max(BATCH) });
/** One queue per channel: a slow channel does not hold up another. */
export const emailQueue = queue('messaging.dispatch-email', Batch, ({ batchId }) => batchId);

export const startEmailWorker = (runtime: MessagingRuntime, mailer: Mailer, sender: Sender): Promise<Working> =>
  work(runtime, emailQueue, CONCURRENCY, ({ db }, { messageIds }, { correlationId }) =>
    sendRun({ db: db.causedBy({ correlationId }), keyring: runtime.keyring, mailer, sender, chance: Math.random }, messageIds),
  );

/**
 * Hands what is due to the queue, in batches; answers whether more is due. The rows say that they are handed over, so
 * that a second wake-up does not do it again.
 */
export async function handOver(runtime: MessagingRuntime, tenant: Tenant<any>): Promise<boolean> {
  const { ids, more } = await takeDue(tenant.db, 'EMAIL');
  const batches = Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, index) => ({ batchId: newId(), messageIds: ids.slice(index * BATCH, (index + 1) * BATCH) }));
  if (batches.length > 0) await addJobs(runtime, tenant, emailQueue, batches);
  return more;
}

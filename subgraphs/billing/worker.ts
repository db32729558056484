import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { handlers } from './handlers/index.ts';
import { enqueueUnfinished, startBillChunkWorker } from './jobs/bill-chunk.ts';
import { dueHandlers } from './jobs/due.ts';
import type { BillingRuntime } from './runtime.ts';

export async function startWorkers(runtime: BillingRuntime): Promise<{ stop: () => Promise<void> }> {
  const parts = await Promise.all([startHearer(runtime, handlers), startDue(runtime, dueHandlers(runtime)), startBillChunkWorker(runtime)]);
  await enqueueUnfinished(runtime);
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

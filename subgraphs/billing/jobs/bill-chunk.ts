import { z } from 'zod';
import { addJobs, queue, work, type Working } from '@stromgraph/kernel/queue';
import type { Tenant } from '@stromgraph/kernel/runtime';
import { billChunk } from '../actions/bill-chunk.ts';
import type { BillingRuntime } from '../runtime.ts';
import { pendingChunks, runningRuns } from '../store/runs.ts';

/** Chunks in work at once; they meet only at the number series and the run's counters. */
const CONCURRENCY = 2;

/** One job per chunk of a run. The job id spares most repeats; the rows make them harmless. */
export const billChunkQueue = queue('billing.bill-chunk', z.strictObject({ runId: z.uuid(), chunk: z.int() }), ({ runId, chunk }) => `${runId}.${chunk}`);

export const startBillChunkWorker = (runtime: BillingRuntime): Promise<Working> =>
  work(runtime, billChunkQueue, CONCURRENCY, (tenant, job, { correlationId }) => billChunk(tenant.db.causedBy({ correlationId }), job));

export async function enqueueRun(runtime: BillingRuntime, tenant: Tenant, runId: string): Promise<void> {
  const chunks = await pendingChunks(tenant.db, runId);
  if (chunks.length > 0) await addJobs(runtime, tenant, billChunkQueue, chunks.map((chunk) => ({ runId, chunk })));
}

/** After a start: whatever a lost queue has forgotten of unfinished runs. */
export async function enqueueUnfinished(runtime: BillingRuntime): Promise<void> {
  for (const tenant of runtime.tenants.values()) for (const runId of await runningRuns(tenant.db)) await enqueueRun(runtime, tenant, runId);
}

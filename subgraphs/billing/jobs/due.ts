import type { DueHandlers } from '@stromgraph/kernel/due';
import { ENQUEUE_RUN } from '../runs/due-kinds.ts';
import type { BillingRuntime } from '../runtime.ts';
import { enqueueRun } from './bill-chunk.ts';

export const dueHandlers = (runtime: BillingRuntime): DueHandlers => ({
  [ENQUEUE_RUN]: (tx, { subject }) => enqueueRun(runtime, runtime.tenants.get(tx.tenant)!, subject),
});

import type { DueHandlers } from '@stromgraph/kernel/due';
import type { MessagingRuntime } from '../runtime.ts';
import { handOver } from './dispatch.ts';

export const dueHandlers = (runtime: MessagingRuntime): DueHandlers => ({
  dispatch: (tx) => handOver(runtime, runtime.tenants.get(tx.tenant)!),
});

import { type DueHandlers, schedule } from '@stromgraph/kernel/due';
import type { MessagingRuntime } from '../runtime.ts';
import { handOver } from './dispatch.ts';

export const dueHandlers = (runtime: MessagingRuntime): DueHandlers => ({
  dispatch: async (tx, { subject, dueAt }) => {
    if (await handOver(runtime, runtime.tenants.get(tx.tenant)!)) await schedule(tx, { kind: 'dispatch', subject, dueAt });
  },
});

import { startDue } from '@stromgraph/kernel/due';
import { dueHandlers, planFirst } from './jobs/due.ts';
import type { IdentityRuntime } from './runtime.ts';

export async function startWorkers(runtime: IdentityRuntime): Promise<{ stop: () => Promise<void> }> {
  for (const { db } of runtime.tenants.values()) await planFirst(db);
  return startDue(runtime, dueHandlers);
}

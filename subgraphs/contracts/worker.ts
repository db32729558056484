import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { handlers } from './handlers/index.ts';
import { dueHandlers } from './jobs/due.ts';
import type { ContractsRuntime } from './runtime.ts';

export async function startWorkers(runtime: ContractsRuntime): Promise<{ stop: () => Promise<void> }> {
  const parts = await Promise.all([startHearer(runtime, handlers), startDue(runtime, dueHandlers)]);
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

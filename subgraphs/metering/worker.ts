import { transact } from '@stromgraph/kernel/database';
import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { watchSilence } from './actions/find-silence.ts';
import { handlers } from './handlers/index.ts';
import { createPartitionsAhead, dueHandlers } from './jobs/due.ts';
import type { MeteringRuntime } from './runtime.ts';

export async function startWorkers(runtime: MeteringRuntime): Promise<{ stop: () => Promise<void> }> {
  for (const { db } of runtime.tenants.values()) await transact(db, (tx) => createPartitionsAhead(tx).then(() => watchSilence(tx)));
  const parts = await Promise.all([startHearer(runtime, handlers), startDue(runtime, dueHandlers)]);
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

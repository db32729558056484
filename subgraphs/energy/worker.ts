import { transact } from '@stromgraph/kernel/database';
import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { openPositionDays } from './actions/open-position-days.ts';
import { readConfig } from './config.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlers } from './jobs/due.ts';
import { startPollingEnet } from './jobs/poll-enet.ts';
import type { EnergyRuntime } from './runtime.ts';

export async function startWorkers(runtime: EnergyRuntime): Promise<{ stop: () => Promise<void> }> {
  const config = readConfig(runtime.env);
  for (const { db } of runtime.tenants.values()) await transact(db, openPositionDays);
  const parts = [await startHearer(runtime, handlers), await startDue(runtime, dueHandlers), startPollingEnet(runtime, config)];
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

import { startDue } from '@stromgraph/kernel/due';
import { startHearer } from '@stromgraph/kernel/hearer';
import { introduceUs } from './actions/introduce-us.ts';
import { readConfig } from './config.ts';
import { handlers } from './handlers/index.ts';
import { dueHandlers } from './jobs/due.ts';
import { startApplyWorker, startPollWorker } from './jobs/inbound.ts';
import { startRounds } from './jobs/rounds.ts';
import { startSendWorker } from './jobs/send.ts';
import type { MarketRuntime } from './runtime.ts';

export async function startWorkers(runtime: MarketRuntime): Promise<{ stop: () => Promise<void> }> {
  const { clearingHouseUrl, us } = readConfig(runtime.env);
  for (const { db } of runtime.tenants.values()) await introduceUs(db, us);
  const working = await Promise.all([
    startHearer(runtime, handlers),
    startDue(runtime, dueHandlers(runtime)),
    startSendWorker(runtime, clearingHouseUrl),
    startApplyWorker(runtime),
    startPollWorker(runtime, clearingHouseUrl),
  ]);
  const parts = [...working, startRounds(runtime)];
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

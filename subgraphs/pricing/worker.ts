import { readEnetConfig } from '@stromgraph/kernel/data-service';
import { startDue } from '@stromgraph/kernel/due';
import { readingDueHandlers, startReadingPublications } from '@stromgraph/kernel/read-publications';
import { readMasterData, taking } from './actions/read-publications.ts';
import { ENET } from './clients/enet.ts';
import { dueHandlers } from './jobs/due.ts';
import type { PricingRuntime } from './runtime.ts';

/** Pricing hears no other domain; it does what falls due and reads what the data service publishes. */
export async function startWorkers(runtime: PricingRuntime): Promise<{ stop: () => Promise<void> }> {
  const config = readEnetConfig(runtime.env);
  const parts = await Promise.all([
    startDue(runtime, { ...dueHandlers, ...readingDueHandlers(runtime) }),
    startReadingPublications(runtime, { source: ENET, ...config, first: readMasterData, ...taking }),
  ]);
  return { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
}

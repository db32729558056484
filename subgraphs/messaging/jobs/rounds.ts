import { isPassing } from '@stromgraph/kernel/database';
import { settleStranded } from '../actions/settle-stranded.ts';
import type { MessagingRuntime } from '../runtime.ts';
import { handOver } from './dispatch.ts';

/** System time between two rounds. */
const ROUND_MS = 30_000;

/** Finishes what ended workers and lost jobs have left. It decides nothing; rows say what is to be done. */
export function startRounds(runtime: MessagingRuntime): { stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const round = async () => {
    for (const tenant of runtime.tenants.values()) {
      await settleStranded(tenant.db);
      while (await handOver(runtime, tenant));
    }
  };
  const timer = setInterval(() => {
    running = round().catch((error) => {
      if (!isPassing(error)) runtime.log.error({ err: error }, 'a round of the messaging worker failed');
    });
  }, ROUND_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

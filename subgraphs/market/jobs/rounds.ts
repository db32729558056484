import { isPassing } from '@stromgraph/kernel/database';
import { queueAge } from '../actions/take-due.ts';
import { queueAgeSeconds } from '../metrics.ts';
import type { MarketRuntime } from '../runtime.ts';
import { poll } from './inbound.ts';
import { handOver } from './send.ts';

/** System time between two rounds. What the market writes unasked and no callback brought comes by polling. */
const ROUND_MS = 60_000;

/** Wakes what may have been left: lost jobs, lost callbacks. It decides nothing; rows say what is to be done. */
export function startRounds(runtime: MarketRuntime): { stop: () => Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const round = async () => {
    for (const tenant of runtime.tenants.values()) {
      while (await handOver(runtime, tenant));
      await poll(runtime, tenant);
      queueAgeSeconds.set({ tenant: tenant.name }, await queueAge(tenant.db));
    }
  };
  const timer = setInterval(() => {
    running = round().catch((error) => {
      if (!isPassing(error)) runtime.log.error({ err: error }, 'a round of the market worker failed');
    });
  }, ROUND_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

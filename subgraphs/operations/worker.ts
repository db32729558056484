import { resumeClock } from './actions/advance-clock.ts';
import type { OperationsRuntime } from './runtime.ts';

/** Operations hears nothing and has nothing due; it only mends what an interrupted advance of the clock left. */
export async function startWorkers(runtime: OperationsRuntime): Promise<{ stop: () => Promise<void> }> {
  for (const tenant of runtime.tenants.values()) await resumeClock(tenant);
  return { stop: async () => {} };
}

import { startDue } from '@stromgraph/kernel/due';
import { dueHandlers } from './jobs/due.ts';
import type { PricingRuntime } from './runtime.ts';

/** Pricing hears nobody; it only does what falls due. */
export const startWorkers = (runtime: PricingRuntime): Promise<{ stop: () => Promise<void> }> => startDue(runtime, dueHandlers);

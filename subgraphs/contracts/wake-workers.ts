import { wakeDue } from '@stromgraph/kernel/due';
import type { DomainContext } from './context.ts';

/** The next step is a due row; this only wakes those who do it, and may fail. */
export function wakeWorkers({ runtime, tenant, log }: DomainContext): void {
  wakeDue(runtime, tenant, 'contracts').catch((error: unknown) =>
    log.warn({ err: error }, 'the workers were not woken; their timer will do it'),
  );
}

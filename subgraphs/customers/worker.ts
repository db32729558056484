import { startHearer } from '@stromgraph/kernel/hearer';
import { indexCustomers } from './actions/index-customers.ts';
import { handlers } from './handlers/index.ts';
import type { CustomersRuntime } from './runtime.ts';

export async function startWorkers(runtime: CustomersRuntime): Promise<{ stop: () => Promise<void> }> {
  for (const { db } of runtime.tenants.values()) await indexCustomers(db);
  return startHearer(runtime, handlers);
}

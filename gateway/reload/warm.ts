import type { Logger } from '@stromgraph/kernel/log';
import { prepareOperation, type Gate } from '../limits/validate-operation.ts';
import type { PlanFault } from '../planning/plan-fault.ts';

export type Warmed = Readonly<{ query: string; operationName: string | undefined }>;

/** Plans operations before anybody asks for them, one after the other; what is invalid in this graph is left out, and logged. */
export async function warmOperations(gate: Gate, operations: Iterable<Warmed>, log: Logger): Promise<number> {
  let warm = 0;
  for (const operation of operations)
    try {
      await prepareOperation(gate, operation);
      warm++;
    } catch (error) {
      const { refusal } = error as Partial<PlanFault>;
      log.warn({ query: operation.query.slice(0, LOGGED), reason: refusal?.message ?? (error as Error).message }, 'operation not prepared');
    }
  return warm;
}

const LOGGED = 100;

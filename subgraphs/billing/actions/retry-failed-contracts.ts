import { z } from 'zod';
import { businessNow } from '@stromgraph/kernel/clock';
import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { once } from '@stromgraph/kernel/idempotency';
import { parseInput } from '@stromgraph/kernel/input';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { BillingRunInProgress, BillingRunNotFound } from '../runs/billing-run.ts';
import { ENQUEUE_RUN } from '../runs/due-kinds.ts';
import { lockRun, reopenFailed } from '../store/runs.ts';

const Shape = z.object({ idempotencyKey: z.string().min(1).max(255), runId: z.string().max(64) });

/** Takes up what a finished run could not bill; what it has billed stays as it is. */
export async function retryFailedContracts(ctx: DomainContext, given: unknown) {
  const input = parseInput(Shape, given);
  if (isProblem(input)) return input;
  const actor = requireActor(ctx.actor);
  return transact(ctx.db, (tx) =>
    once(tx, { key: input.idempotencyKey, operation: 'retryFailedContracts', actor: actor.id, body: input }, async (): Promise<{ runId: string } | BillingRunNotFound | BillingRunInProgress> => {
      const status = await lockRun(tx, input.runId);
      if (!status) return problem('BillingRunNotFound', `There is no billing run ${input.runId}.`, { runId: input.runId });
      if (status === 'RUNNING') return problem('BillingRunInProgress', `Billing run ${input.runId} is under way.`, { runId: input.runId });
      if (await reopenFailed(tx, input.runId)) await schedule(tx, { kind: ENQUEUE_RUN, subject: input.runId, dueAt: await businessNow(tx) });
      return { runId: input.runId };
    }),
  );
}

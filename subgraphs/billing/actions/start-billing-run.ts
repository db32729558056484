import { z } from 'zod';
import { businessNow } from '@stromgraph/kernel/clock';
import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { once } from '@stromgraph/kernel/idempotency';
import { type Id, newId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { type BillingRunInProgress, faultsOfPeriod, INTERVAL_OF } from '../runs/billing-run.ts';
import { advanceRun, fillRun, insertRun, runningRun } from '../store/runs.ts';
import { ENQUEUE_RUN } from '../runs/due-kinds.ts';

const MAX_NAMED_CONTRACTS = 10_000;

export const StartBillingRunShape = z.object({
  idempotencyKey: z.string().min(1).max(255),
  kind: z.enum(['MONTHLY', 'QUARTERLY', 'YEARLY', 'MOVE_OUT', 'RE_RATING']),
  from: z.iso.date(),
  until: z.iso.date(),
  contractIds: z.array(z.uuid()).min(1).max(MAX_NAMED_CONTRACTS).nullish(),
  dryRun: z.boolean(),
});

/** Writes the run and its work list; a due row hands the chunks to the queue, so that a crash in between loses nothing. */
export async function startBillingRun(ctx: DomainContext, given: unknown) {
  const input = parseInput(StartBillingRunShape, given);
  if (isProblem(input)) return input;
  const period = { from: input.from, until: input.until };
  const faults = faultsOfPeriod(input.kind, period, await ctx.today());
  if (faults.length > 0) return invalid(faults);
  const actor = requireActor(ctx.actor);
  return transact(ctx.db, (tx) =>
    once(tx, { key: input.idempotencyKey, operation: 'startBillingRun', actor: actor.id, body: input }, async (): Promise<{ runId: Id<'billing-run'> } | BillingRunInProgress> => {
      const at = await businessNow(tx);
      const runId = newId<'billing-run'>();
      if (!(await insertRun(tx, { id: runId, kind: input.kind, period, dryRun: input.dryRun, startedBy: actor.name, at }))) {
        const other = await runningRun(tx, input.kind, period);
        return problem('BillingRunInProgress', `A ${input.kind} run from ${period.from} to ${period.until} is under way.`, { runId: other ?? '' });
      }
      await fillRun(tx, runId, INTERVAL_OF[input.kind]!, period, input.contractIds ?? null);
      await advanceRun(tx, runId, { done: 0, invoicesCreated: 0, failed: 0, grossCents: 0n, at }); // a run without work is over at once
      await schedule(tx, { kind: ENQUEUE_RUN, subject: runId, dueAt: at });
      return { runId };
    }),
  );
}

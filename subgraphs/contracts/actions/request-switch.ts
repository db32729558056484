import { requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { isId } from '@stromgraph/kernel/ids';
import { isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { ContractDraftNotFound } from '../drafts/draft.ts';
import type { StateForbidsIt } from '../drafts/transitions.ts';
import { lockDraft } from '../store/drafts.ts';
import type { SwitchNotPossible } from '../switching/missing.ts';
import { submitSwitch } from './submit-switch.ts';

/** Staff apply for supply, after mending or again after a refusal. */
export function requestSwitch(
  ctx: DomainContext,
  draftId: string,
): Promise<{ contractId: string } | ContractDraftNotFound | StateForbidsIt | SwitchNotPossible> {
  return transact(ctx.db, async (tx) => {
    const draft = isId(draftId) ? await lockDraft(tx, draftId) : null;
    if (!draft) return problem('ContractDraftNotFound', `There is no draft ${draftId}.`, { draftId });
    const outcome = await submitSwitch(tx, ctx.keyring, draft, requireActor(ctx.actor).id);
    return isProblem(outcome) ? outcome : { contractId: draft.contractId };
  });
}

import { businessNow } from '@stromgraph/kernel/clock';
import { isSamePerson, requireActor } from '@stromgraph/kernel/auth';
import { transact } from '@stromgraph/kernel/database';
import { schedule } from '@stromgraph/kernel/due';
import { isId } from '@stromgraph/kernel/ids';
import { problem, type Problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { ContractDraftNotFound, MaloDraftChanged } from '../drafts/draft.ts';
import { PROCEED } from '../drafts/due-kinds.ts';
import type { StateForbidsIt } from '../drafts/transitions.ts';
import { lockDraft, moveDraft } from '../store/drafts.ts';
import { approveVersion, latestMaloDraft } from '../store/malo-drafts.ts';
import { recordEvent } from './record-event.ts';

export type ApproverIsEditor = Problem<'ApproverIsEditor'>;

/** The second pair of eyes. A draft that had failed validation is validated again; any other may be applied for. */
export function approveMaloDraft(
  ctx: DomainContext,
  { draftId, version }: { draftId: string; version: number },
): Promise<{ contractId: string } | ContractDraftNotFound | MaloDraftChanged | ApproverIsEditor | StateForbidsIt> {
  const actor = requireActor(ctx.actor);
  return transact(ctx.db, async (tx) => {
    const draft = isId(draftId) ? await lockDraft(tx, draftId) : null;
    if (!draft) return problem('ContractDraftNotFound', `There is no draft ${draftId}.`, { draftId });
    const { contractId, customerId, status } = draft;
    const malo = await latestMaloDraft(tx, contractId);
    if (malo.version !== version)
      return problem('MaloDraftChanged', `Version ${malo.version} is the newest, not ${version}.`, { version: malo.version });
    if (malo.status !== 'EDITED')
      return problem('StateForbidsIt', `Version ${version} is ${malo.status}: there is nothing to approve.`, {
        from: status,
        to: 'MALO_MAPPED' as const,
      });
    if (isSamePerson(malo.editedBy, actor.id)) return problem('ApproverIsEditor', 'You edited this version: another person must approve it.');
    const at = await businessNow(tx);
    await approveVersion(tx, malo, actor.id, at);
    await recordEvent(tx, ctx.keyring, { contractId, customerId, type: 'APPROVED', actor: actor.id, at, payload: { version } });
    if (status === 'AWAITING_APPROVAL') await moveDraft(tx, contractId, 'MALO_MAPPED', at);
    else await schedule(tx, { kind: PROCEED, subject: contractId, dueAt: at });
    return { contractId };
  });
}

import { z } from 'zod';
import { ContractCancelled, ContractTerminated } from '@stromgraph/events/contracts';
import { type Actor, requireActor } from '@stromgraph/kernel/auth';
import { businessNow } from '@stromgraph/kernel/clock';
import { transact, type Tx } from '@stromgraph/kernel/database';
import { schedule, unschedule } from '@stromgraph/kernel/due';
import { isId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { publish } from '@stromgraph/kernel/outbox';
import { type InputInvalid, isProblem, problem, type Problem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import { dayOf, startOfDay } from '@stromgraph/kernel/time';
import type { DomainContext } from '../context.ts';
import type { ContractDraftNotFound, Draft } from '../drafts/draft.ts';
import { ACTIVATE, ALERT_OF_SUBMISSION, END_SUPPLY, PROCEED, WARN_OF_SUBMISSION } from '../drafts/due-kinds.ts';
import { refuseStep, type StateForbidsIt } from '../drafts/transitions.ts';
import { SYSTEM } from '../drafts/trail.ts';
import { lockContract } from '../store/contracts.ts';
import { lockDraft, moveDraft } from '../store/drafts.ts';
import { decideEndOf, endSupply, neverBegin, revokeSupply } from '../store/ends.ts';
import type { Contract } from '../supply/contract.ts';
import { type ContractEndsAlready, decideEnd, type End, type EndCause } from '../supply/end.ts';
import { recordEvent } from './record-event.ts';

/** The market has not answered yet: only then there is something to end, or nothing. */
export type ApplicationUnderWay = Problem<'ApplicationUnderWay', { contractId: string }>;
type Ended = { contractId: string } | ContractDraftNotFound | ApplicationUnderWay | StateForbidsIt | ContractEndsAlready | InputInvalid;

const Asked = z.object({ contractId: z.string(), cause: z.enum(['NOTICE', 'REVOCATION', 'BREACH', 'MOVE_OUT']), endOn: z.iso.date().nullish() });
type Asked = z.infer<typeof Asked>;

/** Ends a contract, or a draft that has not left for the market; who must know is told when it is decided, so that nothing is bought for days without supply. */
export async function endContract(ctx: DomainContext, given: unknown): Promise<Ended> {
  const asked = parseInput(Asked as z.ZodType<Asked>, given);
  if (isProblem(asked)) return asked;
  const { contractId, cause, endOn = null } = asked;
  const actor = requireActor(ctx.actor);
  return transact(ctx.db, async (tx): Promise<Ended> => {
    const draft = isId(contractId) ? await lockDraft(tx, contractId) : null;
    if (!draft) return problem('ContractDraftNotFound', `There is no contract and no draft ${contractId}.`, { draftId: contractId });
    const contract = await lockContract(tx, contractId);
    if (!contract) return endDraft(tx, ctx.keyring, draft, { cause, actor });
    const at = await businessNow(tx);
    const end = decideEnd(contract, { cause, endOn, today: dayOf(at), termEndsOn: draft.expectedEndOn });
    if (isProblem(end)) return end;
    await take(tx, contract, end);
    await recordEvent(tx, ctx.keyring, { contractId, customerId: contract.customerId, type: trailType(end, cause), actor: actor.id, at, payload: { reason: end.reason, endOn: end.endOn } });
    await tell(tx, contract, end);
    return { contractId };
  });
}

async function endDraft(tx: Tx, keyring: Keyring, { contractId, customerId, status }: Draft, { cause, actor }: { cause: EndCause; actor: Actor }): Promise<Ended> {
  const to = cause === 'REVOCATION' ? 'REVOKED' : 'CANCELLED';
  if (status === 'SWITCH_REQUESTED') return problem('ApplicationUnderWay', 'The application is with the network operator; ask again when it has been answered.', { contractId });
  const refused = refuseStep(status, to);
  if (refused) return refused;
  const at = await businessNow(tx);
  await moveDraft(tx, contractId, to, at);
  for (const kind of [PROCEED, WARN_OF_SUBMISSION, ALERT_OF_SUBMISSION]) await unschedule(tx, { kind, subject: contractId });
  await recordEvent(tx, keyring, { contractId, customerId, type: to, actor: actor.id, at, payload: { from: status } });
  return { contractId };
}

async function take(tx: Tx, { id }: Contract, end: End): Promise<void> {
  if (end.endOn === null) {
    await neverBegin(tx, id, end);
    return unschedule(tx, { kind: ACTIVATE, subject: id });
  }
  await decideEndOf(tx, id, end);
  if (end.state === 'REVOKED') await revokeSupply(tx, id);
  await schedule(tx, { kind: END_SUPPLY, subject: id, dueAt: startOfDay(end.endOn) });
}

function trailType({ state }: End, cause: EndCause) {
  if (state !== null) return state;
  return cause === 'MOVE_OUT' ? 'MOVED_OUT' : 'CANCELLATION_REQUESTED';
}

async function tell(tx: Tx, { id: contractId, contractNumber, customerId, startOn }: Contract, { endOn, reason }: End): Promise<void> {
  const about = { aggregateType: 'contract', aggregateId: contractId };
  if (endOn === null) await publish(tx, ContractCancelled, { ...about, data: { contractId, contractNumber, customerId, startOn, reason } });
  else await publish(tx, ContractTerminated, { ...about, data: { contractId, contractNumber, customerId, endOn, reason } });
}

/** The first day without supply has come. */
export async function endSupplyOf(tx: Tx, keyring: Keyring, contractId: string): Promise<void> {
  const contract = await lockContract(tx, contractId);
  if (!contract || !['ACTIVE', 'SUSPENDED', 'REVOKED'].includes(contract.state)) return;
  const { customerId, state, endOn } = contract;
  await endSupply(tx, contractId);
  if (state !== 'REVOKED') await recordEvent(tx, keyring, { contractId, customerId, type: 'TERMINATED', actor: SYSTEM, at: await businessNow(tx), payload: { endOn } });
}

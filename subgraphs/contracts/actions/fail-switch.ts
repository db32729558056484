import { SwitchFailed } from '@stromgraph/events/contracts';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { publish } from '@stromgraph/kernel/outbox';
import type { Keyring } from '@stromgraph/kernel/seal';
import { SYSTEM } from '../drafts/trail.ts';
import { contractOfProcess, lockApplication, refuseApplication } from '../store/applications.ts';
import { lockDraft, moveDraft } from '../store/drafts.ts';
import { latestMaloDraft } from '../store/malo-drafts.ts';
import { nextSteps, type Refusal } from '../switching/next-steps.ts';
import { recordEvent } from './record-event.ts';

/** The market refused an application: staff see why and what they can do. A second answer changes nothing; a process that is none of ours is nobody's. */
export async function failSwitch(tx: Tx, keyring: Keyring, processId: string, refusal: Refusal): Promise<void> {
  const contractId = await contractOfProcess(tx, processId);
  const draft = contractId === null ? null : await lockDraft(tx, contractId);
  const application = draft && (await lockApplication(tx, processId));
  if (!draft || application?.status !== 'REQUESTED') return;
  const { customerId, contractId: id } = draft;
  const at = await businessNow(tx);
  await refuseApplication(tx, processId, refusal, at);
  await moveDraft(tx, id, 'SWITCH_FAILED', at);
  const steps = nextSteps({ ...draft, status: 'SWITCH_FAILED' }, await latestMaloDraft(tx, id), refusal);
  await recordEvent(tx, keyring, {
    contractId: id,
    customerId,
    type: 'SWITCH_FAILED',
    actor: SYSTEM,
    at,
    payload: { processId, ...refusal, nextSteps: steps },
  });
  await publish(tx, SwitchFailed, {
    aggregateType: 'contract',
    aggregateId: id,
    data: { contractId: id, customerId, processId, maloId: application.maloId, ...refusal, sealed: draft.sealedParties },
  });
}

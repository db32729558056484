import { SwitchRequested } from '@stromgraph/events/contracts';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, isProblem } from '@stromgraph/kernel/problem';
import type { Keyring } from '@stromgraph/kernel/seal';
import { dayOf } from '@stromgraph/kernel/time';
import type { Draft } from '../drafts/draft.ts';
import { refuseStep, type StateForbidsIt } from '../drafts/transitions.ts';
import { insertApplication, meterElsewhere, occupiedBy } from '../store/applications.ts';
import { moveDraft } from '../store/drafts.ts';
import { latestMaloDraft } from '../store/malo-drafts.ts';
import type { SwitchApplication } from '../switching/application.ts';
import { identifiersOf, inUseElsewhere, type SwitchNotPossible, switchNotPossible } from '../switching/missing.ts';
import { answerDueAt, supplyStart } from '../switching/start-of-supply.ts';
import { recordEvent } from './record-event.ts';
import { stopSubmissionClock } from './submission-clock.ts';

/** Applies for supply from the wished or the earliest lawful day. Nothing leaves without valid identifiers, nor twice for one market location. */
export async function submitSwitch(
  tx: Tx,
  keyring: Keyring,
  draft: Draft,
  actor: string,
): Promise<SwitchApplication | StateForbidsIt | SwitchNotPossible> {
  const { contractId, customerId, status } = draft;
  const forbidden = status === 'SWITCH_FAILED' ? null : refuseStep(status, 'SWITCH_REQUESTED');
  if (forbidden) return forbidden;
  const malo = await latestMaloDraft(tx, contractId);
  const identifiers = identifiersOf(malo);
  if (isProblem(identifiers)) return identifiers;
  const at = await businessNow(tx);
  const sentOn = dayOf(at);
  const startOn = supplyStart({ sentOn, desiredStartOn: draft.desiredStartOn });
  const occupied = await occupiedBy(tx, identifiers.maloId, startOn);
  if (occupied)
    return switchNotPossible([
      fault(
        'maloId',
        occupied.by === 'SUPPLY'
          ? `is supplied under the contract ${occupied.contractId}`
          : `is applied for under the contract ${occupied.contractId}`,
      ),
    ]);
  const elsewhere = await meterElsewhere(tx, identifiers, startOn);
  if (elsewhere) return switchNotPossible([inUseElsewhere(elsewhere)]);
  if (status === 'SWITCH_FAILED') await moveDraft(tx, contractId, 'MALO_MAPPED', at);
  const application: SwitchApplication = {
    processId: newId<'switch'>(),
    contractId,
    maloDraftVersion: malo.version,
    maloId: identifiers.maloId,
    gridOperatorCode: identifiers.gridOperatorCode,
    meterNumber: identifiers.meterNumber,
    startOn,
    requestedAt: at,
    answerDueAt: answerDueAt(sentOn),
    status: 'REQUESTED',
    answeredAt: null,
    codeList: null,
    code: null,
    reason: null,
  };
  await insertApplication(tx, application);
  await moveDraft(tx, contractId, 'SWITCH_REQUESTED', at);
  await stopSubmissionClock(tx, contractId);
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: 'SWITCH_REQUESTED',
    actor,
    at,
    payload: { processId: application.processId, maloId: application.maloId, startOn, answerDueAt: application.answerDueAt },
  });
  await publish(tx, SwitchRequested, {
    aggregateType: 'contract',
    aggregateId: contractId,
    data: {
      contractId,
      customerId,
      processId: application.processId,
      ...identifiers,
      reason: draft.reason,
      startOn,
      expectedWattHours: draft.expectedWattHours.toString(),
      household: draft.customerKind === 'INDIVIDUAL',
      signedAt: draft.signedAt.toISOString(),
      sealed: draft.sealedParties,
    },
  });
  return application;
}

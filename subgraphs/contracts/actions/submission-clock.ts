import { SubmissionLate } from '@stromgraph/events/contracts';
import { businessNow } from '@stromgraph/kernel/clock';
import type { Tx } from '@stromgraph/kernel/database';
import { unschedule } from '@stromgraph/kernel/due';
import { publish } from '@stromgraph/kernel/outbox';
import type { Keyring } from '@stromgraph/kernel/seal';
import { ALERT_OF_SUBMISSION, WARN_OF_SUBMISSION } from '../drafts/due-kinds.ts';
import { submissionDueAt } from '../drafts/submission.ts';
import { SYSTEM } from '../drafts/trail.ts';
import { BEFORE_SUBMISSION } from '../drafts/transitions.ts';
import { lockDraft, saveLateness } from '../store/drafts.ts';
import { recordEvent } from './record-event.ts';

/** Submitted, or given up: nobody is warned any more. */
export async function stopSubmissionClock(tx: Tx, contractId: string): Promise<void> {
  for (const kind of [WARN_OF_SUBMISSION, ALERT_OF_SUBMISSION]) await unschedule(tx, { kind, subject: contractId });
}

/** Says that a signed contract has not been submitted in time. */
export async function reportLateSubmission(tx: Tx, keyring: Keyring, contractId: string, level: 'WARNING' | 'ALERT'): Promise<void> {
  const draft = await lockDraft(tx, contractId);
  if (!draft || !BEFORE_SUBMISSION.includes(draft.status)) return;
  const { customerId, signedAt, status } = draft;
  await saveLateness(tx, contractId, level);
  await recordEvent(tx, keyring, {
    contractId,
    customerId,
    type: 'SUBMISSION_LATE',
    actor: SYSTEM,
    at: await businessNow(tx),
    payload: { level, status, dueAt: submissionDueAt(signedAt) },
  });
  await publish(tx, SubmissionLate, {
    aggregateType: 'contract',
    aggregateId: contractId,
    data: { contractId, level, signedAt: signedAt.toISOString() },
  });
}

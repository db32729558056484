import type { DueHandlers } from '@stromgraph/kernel/due';
import { activateContract } from '../actions/activate-contract.ts';
import { endSupplyOf } from '../actions/end-contract.ts';
import { proceed } from '../actions/proceed.ts';
import { reportLateSubmission } from '../actions/submission-clock.ts';
import { ACTIVATE, ALERT_OF_SUBMISSION, END_SUPPLY, PROCEED, WARN_OF_SUBMISSION } from '../drafts/due-kinds.ts';

/** Each step is a due row that goes with its effect: a crash repeats it, the effect comes once. The queue only wakes. */
export const dueHandlers: DueHandlers = {
  [PROCEED]: (tx, { subject }, { keyring }) => proceed(tx, keyring, subject),
  [WARN_OF_SUBMISSION]: (tx, { subject }, { keyring }) => reportLateSubmission(tx, keyring, subject, 'WARNING'),
  [ALERT_OF_SUBMISSION]: (tx, { subject }, { keyring }) => reportLateSubmission(tx, keyring, subject, 'ALERT'),
  [ACTIVATE]: (tx, { subject }, { keyring }) => activateContract(tx, keyring, subject),
  [END_SUPPLY]: (tx, { subject }, { keyring }) => endSupplyOf(tx, keyring, subject),
};

import { onContractActivated } from './on-contract-activated.ts';
import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onInvoiceCreated } from './on-invoice-created.ts';
import { onSubmissionLate } from './on-submission-late.ts';
import { onSwitchFailed } from './on-switch-failed.ts';

export const handlers = [onContractConfirmed, onContractActivated, onSwitchFailed, onInvoiceCreated, onSubmissionLate];

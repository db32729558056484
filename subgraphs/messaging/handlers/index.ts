import { onContractActivated } from './on-contract-activated.ts';
import { onContractConfirmed } from './on-contract-confirmed.ts';
import { onContractCancelled, onContractTerminated } from './on-contract-ended.ts';
import { onInvoiceCreated } from './on-invoice-created.ts';
import { onOpenPositionAlert } from './on-open-position-alert.ts';
import { onSubmissionLate } from './on-submission-late.ts';
import { onSwitchFailed } from './on-switch-failed.ts';

export const handlers = [onContractConfirmed, onContractActivated, onContractTerminated, onContractCancelled, onSwitchFailed, onInvoiceCreated, onSubmissionLate, onOpenPositionAlert];

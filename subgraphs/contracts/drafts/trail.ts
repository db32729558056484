export const CONTRACT_EVENT_TYPES = [
  'IMPORTED',
  'VALIDATION_PASSED',
  'VALIDATION_FAILED',
  'MALO_MAPPED',
  'CONFIRMED',
  'MANUAL_EDIT',
  'APPROVED',
  'SWITCH_REQUESTED',
  'ACTIVATED',
  'SWITCH_FAILED',
  'PRICE_CHANGED',
  'CANCELLATION_REQUESTED',
  'CANCELLED',
  'SUSPENDED',
  'RESUMED',
  'MOVED_OUT',
  'TERMINATED',
  'REVOKED',
  'SUBMISSION_LATE',
] as const;
export type ContractEventType = (typeof CONTRACT_EVENT_TYPES)[number];

/** One event of a contract's trail; what it says is sealed under the customer's key. */
export type ContractEvent = Readonly<{
  contractId: string;
  sequence: bigint;
  type: ContractEventType;
  sealed: string | null;
  actor: string;
  correlationId: string;
  at: Date;
  hash: string;
}>;

/** Who acts when nobody does. */
export const SYSTEM = 'system';

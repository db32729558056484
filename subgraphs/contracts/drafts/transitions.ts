import { problem, type Problem } from '@stromgraph/kernel/problem';

/** Every step that a contract may take, with its cause; the database holds the same table. NONE is before the first. */
export const TRANSITIONS = [
  ['NONE', 'DRAFT', 'import or finished enrolment'],
  ['DRAFT', 'VALIDATED', 'validation passed'],
  ['DRAFT', 'REJECTED', 'validation failed for good'],
  ['VALIDATED', 'MALO_MAPPED', 'market location found'],
  ['MALO_MAPPED', 'AWAITING_APPROVAL', 'manual edit'],
  ['AWAITING_APPROVAL', 'MALO_MAPPED', 'approved by a second person'],
  ['MALO_MAPPED', 'SWITCH_REQUESTED', 'application sent'],
  ['SWITCH_REQUESTED', 'CONFIRMED', 'the market agreed'],
  ['SWITCH_REQUESTED', 'SWITCH_FAILED', 'the market refused'],
  ['SWITCH_FAILED', 'MALO_MAPPED', 'mended'],
  ['SWITCH_FAILED', 'REJECTED', 'given up'],
  ['CONFIRMED', 'ACTIVE', 'start of supply'],
  ['ACTIVE', 'SUSPENDED', 'block for non-payment'],
  ['SUSPENDED', 'ACTIVE', 'unblocked'],
  ['ACTIVE', 'REVOKED', 'revocation within 14 days'],
  ['ACTIVE', 'TERMINATED', 'end of supply'],
  ['SUSPENDED', 'TERMINATED', 'end of supply'],
  ['DRAFT', 'REVOKED', 'revocation'],
  ['VALIDATED', 'REVOKED', 'revocation'],
  ['MALO_MAPPED', 'REVOKED', 'revocation'],
  ['AWAITING_APPROVAL', 'REVOKED', 'revocation'],
  ['SWITCH_REQUESTED', 'REVOKED', 'revocation'],
  ['SWITCH_FAILED', 'REVOKED', 'revocation'],
  ['CONFIRMED', 'REVOKED', 'revocation'],
  ['DRAFT', 'CANCELLED', 'cancelled before start'],
  ['VALIDATED', 'CANCELLED', 'cancelled before start'],
  ['MALO_MAPPED', 'CANCELLED', 'cancelled before start'],
  ['AWAITING_APPROVAL', 'CANCELLED', 'cancelled before start'],
  ['SWITCH_REQUESTED', 'CANCELLED', 'cancelled before start'],
  ['SWITCH_FAILED', 'CANCELLED', 'cancelled before start'],
  ['CONFIRMED', 'CANCELLED', 'cancelled before start'],
] as const;

export const CONTRACT_STATES = [
  'DRAFT',
  'VALIDATED',
  'REJECTED',
  'MALO_MAPPED',
  'AWAITING_APPROVAL',
  'SWITCH_REQUESTED',
  'SWITCH_FAILED',
  'CONFIRMED',
  'ACTIVE',
  'SUSPENDED',
  'TERMINATED',
  'REVOKED',
  'CANCELLED',
] as const;
export type ContractState = (typeof CONTRACT_STATES)[number];
/** Signed, and not submitted to the market yet: the 24-hour clock runs. */
export const BEFORE_SUBMISSION: readonly ContractState[] = ['DRAFT', 'VALIDATED', 'MALO_MAPPED', 'AWAITING_APPROVAL'];
/** On its way to supply. */
export const UNDER_WAY: readonly ContractState[] = [...BEFORE_SUBMISSION, 'SWITCH_REQUESTED', 'SWITCH_FAILED'];

export type StateForbidsIt = Problem<'StateForbidsIt', { from: ContractState; to: ContractState }>;

export const mayStep = (from: ContractState | 'NONE', to: ContractState): boolean =>
  TRANSITIONS.some(([one, other]) => one === from && other === to);

/** Null when the step is allowed; the problem names both states otherwise. */
export const refuseStep = (from: ContractState, to: ContractState): StateForbidsIt | null =>
  mayStep(from, to) ? null : problem('StateForbidsIt', `A contract that is ${from} cannot become ${to}.`, { from, to });

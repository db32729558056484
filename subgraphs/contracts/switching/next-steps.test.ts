import { expect, test } from 'vitest';
import { fault } from '@stromgraph/kernel/problem';
import type { CONTRACT_STATES } from '../drafts/transitions.ts';
import { nextSteps } from './next-steps.ts';

const malo = { status: 'DRAFT' as const, maloId: null };
const kinds = (status: (typeof CONTRACT_STATES)[number], change: { faults?: boolean; edited?: boolean; code?: [string, string] } = {}) =>
  nextSteps(
    { status, validationFaults: change.faults ? [fault('x', 'y')] : [] },
    { ...malo, status: change.edited ? 'EDITED' : 'DRAFT' },
    change.code ? { codeList: change.code[0], code: change.code[1], reason: 'said so' } : null,
  ).map(({ kind }) => kind);

test.each([
  ['DRAFT', {}, ['WAIT']],
  ['DRAFT', { faults: true }, ['EDIT_MALO_DRAFT']],
  ['DRAFT', { faults: true, edited: true }, ['APPROVE_MALO_DRAFT']],
  ['VALIDATED', {}, ['EDIT_MALO_DRAFT']],
  ['MALO_MAPPED', {}, ['REQUEST_SWITCH', 'EDIT_MALO_DRAFT']],
  ['AWAITING_APPROVAL', {}, ['APPROVE_MALO_DRAFT']],
  ['SWITCH_REQUESTED', {}, ['WAIT']],
  ['SWITCH_FAILED', { code: ['E_0622', 'A02'] }, ['EDIT_MALO_DRAFT']],
  ['SWITCH_FAILED', { code: ['E_0622', 'A07'] }, ['REQUEST_SWITCH']],
  ['SWITCH_FAILED', { code: ['E_0623', 'A50'] }, ['ASK_CUSTOMER']],
  // The same code of another list means something else.
  ['SWITCH_FAILED', { code: ['E_0614', 'A02'] }, ['DECIDE', 'EDIT_MALO_DRAFT', 'REQUEST_SWITCH']],
  ['SWITCH_FAILED', {}, ['DECIDE', 'EDIT_MALO_DRAFT', 'REQUEST_SWITCH']],
  ['REJECTED', {}, ['ASK_CUSTOMER']],
  ['CONFIRMED', {}, []],
] as const)('%s %j: %j', (status, change, expected) => {
  expect(kinds(status, change as never)).toEqual(expected);
});

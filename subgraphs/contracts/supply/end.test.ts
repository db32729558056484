import { expect, test } from 'vitest';
import { decideEnd, type EndCause } from './end.ts';

const contract = (change: object = {}) => ({ state: 'ACTIVE' as const, startOn: '2026-01-01', endOn: null, ...change });
// 2026-11-24 is a Tuesday; what is sent then takes effect on Thursday at the earliest.
const asked = (cause: EndCause, change: object = {}) => ({ cause, endOn: null, today: '2026-11-24', termEndsOn: '2027-01-01', ...change });

test.each([
  ['notice within the minimum term, to its end', contract(), asked('NOTICE'), { state: null, endOn: '2027-01-01', reason: 'CANCELLATION' }],
  ['notice after the term, a month ahead', contract(), asked('NOTICE', { termEndsOn: '2026-06-01' }), { state: null, endOn: '2026-12-24', reason: 'CANCELLATION' }],
  ['notice without a term', contract(), asked('NOTICE', { termEndsOn: null, endOn: '2027-03-01' }), { state: null, endOn: '2027-03-01', reason: 'CANCELLATION' }],
  ['notice one day too soon', contract(), asked('NOTICE', { endOn: '2026-12-31' }), { problem: 'InputInvalid', faults: [{ path: 'endOn', fault: '2026-12-31 is too soon', allowed: '2027-01-01 to 2029-01-01' }] }],
  ['a day that nobody plans', contract(), asked('NOTICE', { endOn: '2029-01-02' }), { problem: 'InputInvalid', faults: [{ fault: '2029-01-02 is too far ahead' }] }],
  ['moving out asks for no term, but for the market’s working day', contract(), asked('MOVE_OUT', { endOn: '2026-11-26' }), { state: null, endOn: '2026-11-26', reason: 'MOVE_OUT' }],
  ['nobody moves out retroactively', contract(), asked('MOVE_OUT', { endOn: '2026-11-25' }), { problem: 'InputInvalid', faults: [{ allowed: '2026-11-26 to 2028-11-26' }] }],
  ['breach, also of a suspended one', contract({ state: 'SUSPENDED' }), asked('BREACH'), { state: null, endOn: '2026-11-26', reason: 'BREACH' }],
  ['before the start there is nothing to end', contract({ state: 'CONFIRMED', startOn: '2026-12-01' }), asked('NOTICE'), { state: 'CANCELLED', endOn: null }],
  ['a customer who never moves in', contract({ state: 'CONFIRMED', startOn: '2026-12-01' }), asked('MOVE_OUT', { endOn: '2026-12-01' }), { state: 'CANCELLED', endOn: null, reason: 'MOVE_OUT' }],
  ['notice before the start to a day behind it', contract({ state: 'CONFIRMED', startOn: '2026-12-01' }), asked('NOTICE', { endOn: '2027-12-01', termEndsOn: '2027-12-01' }), { state: null, endOn: '2027-12-01' }],
  ['revoked before the start', contract({ state: 'CONFIRMED', startOn: '2026-12-01' }), asked('REVOCATION'), { state: 'REVOKED', endOn: null, reason: 'REVOCATION' }],
  ['revoked on the 14th day', contract({ startOn: '2026-11-10' }), asked('REVOCATION'), { state: 'REVOKED', endOn: '2026-11-26' }],
  ['revoked on the 15th day', contract({ startOn: '2026-11-09' }), asked('REVOCATION'), { problem: 'InputInvalid', faults: [{ path: 'cause', allowed: 'REVOCATION until 2026-11-23, later NOTICE' }] }],
  ['a revocation has no day', contract(), asked('REVOCATION', { endOn: '2027-01-01' }), { problem: 'InputInvalid', faults: [{ path: 'endOn' }] }],
  ['a suspended one is not revoked', contract({ state: 'SUSPENDED', startOn: '2026-11-20' }), asked('REVOCATION'), { problem: 'StateForbidsIt', from: 'SUSPENDED', to: 'REVOKED' }],
  ['one that ends already', contract({ endOn: '2027-02-01' }), asked('NOTICE'), { problem: 'ContractEndsAlready', endOn: '2027-02-01' }],
  ['one that has ended', contract({ state: 'TERMINATED', endOn: '2026-02-01' }), asked('NOTICE'), { problem: 'StateForbidsIt', from: 'TERMINATED', to: 'TERMINATED' }],
  ['one that was cancelled', contract({ state: 'CANCELLED' }), asked('REVOCATION'), { problem: 'StateForbidsIt', from: 'CANCELLED', to: 'REVOKED' }],
] as const)('%s', (_, of, how, outcome) => {
  expect(decideEnd(of, how)).toMatchObject(outcome);
});
